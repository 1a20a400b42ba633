"""What only the staff, or programs, may call: the chip's photo, people held, readers."""

from collections.abc import Callable
from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from kazashi.reception.centre import NoCentre
from kazashi.reception.face.pictures import CARD_PHOTO, PictureUnusable, decode
from kazashi.reception.people import AskStaff
from kazashi.serve.api import ADesk, AService, AStaff, refusals
from kazashi.serve.held import AlreadyAsking
from kazashi.serve.reader_search import AlreadySearching
from kazashi.serve.schema import HELD_ID, FreeReadersModel, HeldPeopleModel

router = APIRouter(prefix="/api/v1", responses=refusals(403, 422))


@router.get(
    "/desks/{desk}/photo",
    response_class=Response,
    responses=refusals(404) | {200: {"content": {"image/png": {}}, "description": "the photo"}},
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


class HeldBody(BaseModel):
    """`id`: of the person to ask about, as listed; null: about all."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    id: Annotated[str, Field(pattern=HELD_ID)] | None = None


@router.get("/held", response_model=HeldPeopleModel)
def held(service: AService, _staff: AStaff) -> dict[str, object]:
    """Visits held until the centre can be asked, nothing of the persons; what it has answered."""
    people = service.held
    return {
        "is_asking": people.is_asking,
        "is_away": people.is_away,
        "held": [each.to_json() for each in people.listed()],
        "answered": [
            {
                "id": name,
                "visit": each.visit,
                "computer": each.computer or None,
                "eligibility": each.standing.name.lower(),
            }
            for name, each in people.answered.items()
        ],
    }


@router.post("/held/ask", status_code=202, responses=refusals(409))
def ask(service: AService, _staff: AStaff, body: HeldBody) -> None:
    """Ask the centre about one, or all; it goes on meanwhile. 409: already, or no centre."""
    try:
        service.held.ask(body.id)
    except AlreadyAsking:
        raise HTTPException(409, "it is being asked") from None
    except NoCentre:
        raise HTTPException(409, "no centre is configured") from None


class ReaderBody(BaseModel):
    """`url`: of a reader that no desk has."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: Annotated[str, Field(max_length=300)]


@router.get("/readers/free", response_model=FreeReadersModel)
def free(service: AService, _staff: AStaff) -> dict[str, object]:
    """The readers attached that no desk has; `search`: the desk for which one is to be tapped."""
    search = service.search
    readers = [{"url": each.url, "description": each.description} for each in search.free()]
    return {"readers": readers, "search": search.desk or None}


@router.post("/desks/{desk}/reader/search", status_code=202, responses=refusals(404, 409))
def search(service: AService, desk: ADesk, _staff: AStaff) -> None:
    """Wait for a card on all readers that no desk has: that reader is this desk's. 409: already."""
    try:
        service.search.begin(desk.name)
    except AlreadySearching:
        raise HTTPException(409, "a reader is looked for already") from None


@router.delete("/readers/search", status_code=204)
def stop_search(service: AService, _staff: AStaff) -> None:
    """Wait no more."""
    service.search.cancel()


@router.put("/desks/{desk}/reader", status_code=204, responses=refusals(404, 503))
def assign(service: AService, desk: ADesk, _staff: AStaff, body: ReaderBody) -> None:
    """This desk has that reader from now on. 422: it is not attached, or another desk's."""
    if body.url not in [each.url for each in service.search.free()]:
        raise HTTPException(422, "no such reader is free")
    _kept(lambda: service.assign(desk.name, body.url))


@router.delete("/desks/{desk}/reader", status_code=204, responses=refusals(404, 503))
def take_away(service: AService, desk: ADesk, _staff: AStaff) -> None:
    """This desk has the configured reader again, or none; what was given to it is free."""
    _kept(lambda: service.take_away(desk.name))


@router.post("/desks/{desk}/reminder", status_code=202, responses=refusals(404))
def remind(desk: ADesk, _staff: AStaff) -> None:
    """Have the patient's screen call out again what it shows, such as a card left behind."""
    desk.display.remind()


@router.post("/desks/{desk}/check", status_code=202, responses=refusals(404))
def check(desk: ADesk, _staff: AStaff) -> None:
    """Look at the reader now."""
    desk.check()


@router.delete("/desks/{name}/broken-off", status_code=204)
def forget_broken_off(
    service: AService, _staff: AStaff, name: Annotated[str, Path(max_length=100)]
) -> None:
    """The staff have seen that a visit was broken off there, when the service was killed."""
    service.forget_broken_off(name)


def _kept(change: Callable[[], None]) -> None:
    try:
        change()
    except OSError as error:
        raise HTTPException(503, "it cannot be kept") from error
