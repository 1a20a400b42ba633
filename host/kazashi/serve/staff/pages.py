"""The pages of the staff screen, each made whole from what stands now."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from kazashi.cards.surface import Sex
from kazashi.reception.typed import Mistyped
from kazashi.serve.api import (
    ACaller,
    ADesk,
    AnswerBody,
    AService,
    caller_of,
    staff_of,
)
from kazashi.serve.display import NotAsked, StaleAnswer
from kazashi.serve.languages import language_of
from kazashi.serve.questions import NotAnAnswer
from kazashi.serve.schema import HELD_ID
from kazashi.serve.service import Service
from kazashi.serve.staff.alerts import (
    of_broken_off,
    of_faces,
    of_journal,
    of_numbers,
    of_readers,
    of_terminal,
    of_visits,
)
from kazashi.serve.staff.devices import reader_view
from kazashi.serve.staff.elsewhere import desks_elsewhere
from kazashi.serve.staff.ends import basis_of, end_of
from kazashi.serve.staff.kept import journal_trouble, todays, visit_of
from kazashi.serve.staff.numbers import numbers_trouble, offer_views
from kazashi.serve.staff.overview import Due, due_first, view_of
from kazashi.serve.staff.slips import slip_json, told
from kazashi.serve.staff.templates import ATexts, rendered
from kazashi.serve.staff.work import checked, work_of
from kazashi.serve.texts import Texts

_MOST = 300  # entries of a list on its page


def require_staff(request: Request) -> None:
    """A screen that is not paired yet goes where that is done."""
    try:
        staff_of(caller_of(request))
    except HTTPException as error:
        if error.status_code != 401:
            raise
        raise HTTPException(303, "pair this screen", {"location": "/pair"}) from None


router = APIRouter(prefix="/staff", include_in_schema=False, dependencies=[Depends(require_staff)])


@router.get("")
def desks(request: Request, service: AService, t: ATexts) -> HTMLResponse:
    """All desks, and where the staff must act now."""
    others = service.site.elsewhere.others if service.site.elsewhere else ()
    elsewhere = [*desks_elsewhere(others, t)]
    return rendered(request, "desks", t, **_frame(service, t), elsewhere=elsewhere)


@router.get("/desks/{desk}", response_model=None)
def desk(request: Request, service: AService, desk: ADesk, t: ATexts) -> Response:
    """What is done at one desk; where a fall-back has led stands on the page of its visit."""
    view = view_of(desk)
    if view.basis and view.number:
        return RedirectResponse(f"/staff/visits/{view.number}", 303)
    return rendered(request, "desk", t, **_frame(service, t), view=view, **work_of(view, t))


@router.post("/desks/{desk}/answer", status_code=204, response_model=None)
def answer_as_staff(
    desk: ADesk, caller: ACaller, body: AnswerBody, t: ATexts
) -> JSONResponse | None:
    """As the interface does it; what is wrong with something typed is said in the page's words."""
    try:
        answer = checked(desk.display.screen.question, body.answer)
        desk.display.answer(body.question, answer, caller.role, body.name)
    except Mistyped as error:
        return slip_json(error, t)
    except NotAsked:
        raise HTTPException(403, "the patient alone answers this") from None
    except StaleAnswer:
        raise HTTPException(409, "that question is gone") from None
    except NotAnAnswer:
        return JSONResponse({"field": None, "text": t.plain("staff.form.incomplete")}, 422)
    return None


@router.get("/visits/{number}")
def visit(
    request: Request, service: AService, number: Annotated[int, Path(ge=1, le=2**62)], t: ATexts
) -> HTMLResponse:
    """A visit of the journal, and what is still to be done for it."""
    kept = visit_of(service.site.journal, number)
    if kept is None:
        raise HTTPException(404, "no such visit")
    basis = basis_of(kept)
    return rendered(
        request, "visit", t, **_frame(service, t), kept=kept, **end_of(basis, t, kept.fact("staff"))
    )


@router.get("/journal")
def journal(request: Request, service: AService, t: ATexts) -> HTMLResponse:
    """Today's visits, the newest first."""
    visits = todays(service.site.journal, _MOST + 1)
    return rendered(request, "journal", t, **_frame(service, t), visits=visits)


@router.get("/held")
def held(
    request: Request,
    service: AService,
    t: ATexts,
    shows: Annotated[str | None, Query(pattern=HELD_ID)] = None,
) -> HTMLResponse:
    """People held. `shows`: the `Held.id` of the one whose four items are read."""
    people, listed = service.held, service.held.listed()
    return rendered(
        request,
        "held",
        t,
        **_frame(service, t),
        people=listed,
        answered=people.answered,
        is_away=people.is_away,
        is_asking=people.is_asking,
        trouble=told(people.trouble, t),
        refusals={each.person.id: told(each.refused, t) for each in listed[:_MOST]},
        sexes={each: t(f"staff.sex.{each.name.lower().replace('_', '-')}") for each in Sex},
        shows=shows,
    )


@router.get("/numbers")
def numbers(request: Request, service: AService, t: ATexts) -> HTMLResponse:
    """Certificates whose patient the staff are to say."""
    if service.site.numbers is None:
        raise HTTPException(404, "no numbers are configured")
    return rendered(request, "numbers", t, **_frame(service, t), offers=offer_views(service))


@router.get("/devices")
def devices(request: Request, service: AService, t: ATexts) -> HTMLResponse:
    """Readers: what is wrong with them, and which are whose."""
    given, search = service.site.assigned, service.search
    return rendered(
        request,
        "devices",
        t,
        **_frame(service, t),
        readers=[reader_view(desk, given.of(desk.name), t) for desk in service.desks.values()],
        free=[(each, told(each.trouble, t)) for each in search.free()],
        search=search,
        titles={screen.desk: screen.name for screen in service.screens},
    )


@router.get("/declaration")
def blank(
    request: Request,
    service: AService,
    t: ATexts,
    visit: Annotated[int | None, Query(ge=1)] = None,
    staff: Annotated[str, Query(max_length=40)] = "",
) -> HTMLResponse:
    """The declaration to fill in by hand, on A4."""
    is_test = any(view_of(desk).screen.is_test for desk in service.desks.values())
    return rendered(request, "declaration", t, visit=visit, staff=staff, is_test=is_test)


@router.get("/leaflet")
def leaflet(request: Request, t: ATexts) -> HTMLResponse:
    """That the old insurance cards have ended, to print."""
    return rendered(request, "leaflet", t)


def _frame(service: Service, t: Texts) -> Mapping[str, object]:
    """What stands around each page."""
    views = [view_of(desk) for desk in service.desks.values()]
    trouble = journal_trouble(service.site.journal)
    desks = service.desks.values()
    titles = {view.screen.desk: view.screen.name for view in views}
    alerts = [*of_broken_off(service.site.under_way.broken_off, titles, t)]
    alerts += [*of_readers(views, t), *of_journal(trouble, t)]
    alerts += [
        *of_visits(desks, t),
        *of_faces(desks, t),
        *of_numbers(numbers_trouble(service), t),
        *of_terminal(service.health.findings(), t),
    ]
    return {
        "views": views,
        "due": due_first(views),
        "alerts": alerts,
        "is_test": any(view.screen.is_test for view in views),
        "has_centre": service.site.centre() is not None,
        "held_count": len(service.held.listed()),
        "has_numbers": service.site.numbers is not None,
        "offer_count": len(offer_views(service)),
        "fault_count": sum(view.due in (Due.FAULT, Due.UNASSIGNED) for view in views),
        "language_of": language_of,
        "most": _MOST,
    }
