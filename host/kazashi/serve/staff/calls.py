"""What only the staff, or programs, may call: the chip's photo, people held, readers."""

from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response

from kazashi.reception.face.pictures import CARD_PHOTO, PictureUnusable, decode
from kazashi.reception.people import AskStaff
from kazashi.serve.api import ADesk, AStaff

router = APIRouter(prefix="/api/v1")


@router.get(
    "/desks/{desk}/photo",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
)
def photo(desk: ADesk, _staff: AStaff, question: Annotated[int, Query(ge=0)]) -> Response:
    """The photo in the chip, PNG, while `question` asks the staff to compare it. 404: none."""
    screen = desk.display.screen
    asked = screen.question
    if screen.number != question or not isinstance(asked, AskStaff) or not asked.photo:
        raise HTTPException(404, "no photo to compare")
    out = BytesIO()
    try:
        decode(asked.photo, CARD_PHOTO).save(out, "PNG")
    except PictureUnusable:
        raise HTTPException(404, "a photo that cannot be shown") from None
    return Response(out.getvalue(), media_type="image/png")
