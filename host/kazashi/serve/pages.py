"""The pages of the screens: pairing, and the way to each screen's own page."""

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from kazashi.serve.access import Caller, Role
from kazashi.serve.api import AService, caller_of
from kazashi.serve.patient.pages import router as patient_router
from kazashi.serve.rendering import html

router = APIRouter(include_in_schema=False)
router.include_router(patient_router)


def page_of(caller: Caller) -> str:
    """Where this caller's screen begins."""
    return f"/patient/{caller.desk}" if caller.role is Role.PATIENT else "/staff"


@router.get("/")
def own_page(request: Request) -> Response:
    """To the page of this screen."""
    try:
        return RedirectResponse(page_of(caller_of(request)))
    except HTTPException:
        return RedirectResponse("/pair")


@router.get("/pair")
def pairing(service: AService) -> Response:
    """Reads the code from the address's fragment, which no server gets, and sends it."""
    return html("pair.html", service.site.language)
