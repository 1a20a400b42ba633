"""The pages of the staff screen, each made whole from what stands now."""

from collections.abc import Mapping

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse

from kazashi.reception.typed import Mistyped
from kazashi.serve.api import ACaller, ADesk, AnswerBody, AService, staff_of
from kazashi.serve.display import NotAsked, StaleAnswer
from kazashi.serve.languages import LANGUAGES
from kazashi.serve.questions import NotAnAnswer
from kazashi.serve.service import Service
from kazashi.serve.staff.alerts import journal_trouble, of_journal, of_readers
from kazashi.serve.staff.overview import due_first, view_of
from kazashi.serve.staff.templates import ATexts, rendered
from kazashi.serve.staff.work import checked, work_of
from kazashi.serve.texts import Texts
from kazashi.words import screen_key, values_of

router = APIRouter(prefix="/staff", include_in_schema=False, dependencies=[Depends(staff_of)])


@router.get("")
def desks(request: Request, service: AService, t: ATexts) -> HTMLResponse:
    """All desks, and where the staff must act now."""
    return rendered(request, "desks", t, **_frame(service, t))


@router.get("/desks/{desk}")
def desk(request: Request, service: AService, desk: ADesk, t: ATexts) -> HTMLResponse:
    """What is done at one desk."""
    view = view_of(desk)
    return rendered(request, "desk", t, **_frame(service, t), view=view, **work_of(view.screen, t))


@router.post("/desks/{desk}/answer", status_code=204, response_model=None)
def answer_as_staff(
    desk: ADesk, caller: ACaller, body: AnswerBody, t: ATexts
) -> JSONResponse | None:
    """As the interface does it; what is wrong with something typed is said in the page's words."""
    try:
        answer = checked(desk.display.screen.question, body.answer)
        desk.display.answer(body.question, answer, caller.role)
    except Mistyped as error:
        return slip(error, t)
    except NotAsked:
        raise HTTPException(403, "the patient alone answers this") from None
    except StaleAnswer:
        raise HTTPException(409, "that question is gone") from None
    except NotAnAnswer:
        return JSONResponse({"field": None, "text": t.plain("staff.form.incomplete")}, 422)
    return None


def slip(error: Mistyped, t: Texts) -> JSONResponse:
    """Which field, and what is wrong with it."""
    text = t.plain(screen_key(error), **values_of(error))
    return JSONResponse({"field": error.field, "text": text}, 422)


def _frame(service: Service, t: Texts) -> Mapping[str, object]:
    """What stands around each page."""
    views = [view_of(desk) for desk in service.desks.values()]
    trouble = journal_trouble(service.site.journal)
    alerts = [*of_readers(views, t), *of_journal(trouble, t)]
    return {
        "views": views,
        "due": due_first(views),
        "alerts": alerts,
        "is_test": any(view.screen.is_test for view in views),
        "has_centre": service.site.centre() is not None,
        "held_count": 0,
        "fault_count": sum(view.screen.fault is not None for view in views),
        "languages": LANGUAGES,
    }
