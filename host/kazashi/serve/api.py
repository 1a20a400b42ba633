"""The interface for programs, and for the pages: JSON over HTTP, `/api/v1`.

A desk's Screen says all that goes on there: see screen.py. Questions are answered by their number;
a late or second answer is refused with 409, and one that makes no sense with 422. No answer echoes
what was sent. What is answered, schema.py says.
"""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from kazashi.reception.rules import Token, Way
from kazashi.reception.typed import Mistyped
from kazashi.serve.access import Access, Caller
from kazashi.serve.credentials import Credentials
from kazashi.serve.desk import Desk, NotOffered
from kazashi.serve.display import NotAsked, StaleAnswer
from kazashi.serve.languages import offered
from kazashi.serve.next_visit import DeskTaken, Start
from kazashi.serve.questions import NotAnAnswer
from kazashi.serve.schema import ProblemModel, ScreenModel, VisitModel
from kazashi.serve.service import NoSuchDesk, Service


# Async, as a function that is not goes through a thread, with each request.
async def service_of(request: Request) -> Service:
    return cast("Service", request.app.state.service)


async def access_of(request: Request) -> Access:
    return cast("Access", request.app.state.access)


def caller_of(request: Request) -> Caller:
    """Who asks: by the program's token, or the screen's cookie."""
    credentials = cast("Credentials", request.app.state.credentials)
    caller = credentials.caller(request.headers)
    if caller is None:
        raise HTTPException(401, "pair this screen, or send the token")
    return caller


AService = Annotated[Service, Depends(service_of)]
ACaller = Annotated[Caller, Depends(caller_of)]


def desk_of(service: AService, caller: ACaller, desk: Annotated[str, Path(max_length=100)]) -> Desk:
    """The desk, if the caller may use it."""
    if not caller.may_use(desk):
        raise HTTPException(403, "another desk's screen")
    try:
        return service.desk(desk)
    except NoSuchDesk:
        raise HTTPException(404, "no such desk") from None


ADesk = Annotated[Desk, Depends(desk_of)]


def staff_of(caller: ACaller) -> Caller:
    if not caller.is_staff:
        raise HTTPException(403, "for the staff")
    return caller


AStaff = Annotated[Caller, Depends(staff_of)]


def refusals(*codes: int) -> dict[int | str, dict[str, Any]]:
    """For the schema: how a call may be refused."""
    return {code: {"model": ProblemModel} for code in (401, *codes)}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class StartBody(_Body):
    """`token`: null: the patient has neither card nor phone."""

    token: Token | None = None
    way: Way | None = None
    challenge: Annotated[str, Field(pattern=r"^([0-9a-f]{2}){0,64}$")] = ""


class AnswerBody(_Body):
    """`question`: its number. `answer`: null, no answer; else by the question's name.

    `name`: of the member of the staff who answers in the patient's place; the journal keeps it.
    """

    question: Annotated[int, Field(ge=0)]
    answer: Any = None
    name: Annotated[str, Field(max_length=40)] = ""


class TouchBody(_Body):
    """`slow`: this patient needs twice the time."""

    slow: bool = False


class NameBody(_Body):
    """`name`: of a member of the staff."""

    name: Annotated[str, Field(min_length=1, max_length=40)]


class LanguageBody(_Body):
    """`language`: the tag of one of the site's languages."""

    language: Annotated[str, Field(max_length=20)]


class CardBody(_Body):
    """`card`: a kind of simulated card; null: take it away."""

    card: Annotated[str, Field(max_length=40)] | None


router = APIRouter(prefix="/api/v1", responses=refusals(403, 422))


@router.get("/desks", response_model=list[ScreenModel], response_model_exclude_unset=True)
def desks(service: AService, _staff: AStaff) -> list[dict[str, object]]:
    """All desks as they are now."""
    return [screen.to_json() for screen in service.screens]


@router.get(
    "/desks/{desk}",
    response_model=ScreenModel,
    response_model_exclude_unset=True,
    responses=refusals(404),
)
def desk(desk: ADesk) -> dict[str, object]:
    """A desk as it is now."""
    return desk.display.screen.to_json()


@router.post("/desks/{desk}/visit", status_code=202, responses=refusals(404, 409))
def begin(desk: ADesk, body: StartBody) -> None:
    """Begin a visit.

    409: another is under way, or the desk has no reader. 422: this desk does not offer it.
    """
    try:
        desk.begin(Start(body.token, body.way, bytes.fromhex(body.challenge)))
    except DeskTaken:
        raise HTTPException(409, "a visit is under way, or there is no reader") from None
    except NotOffered:
        raise HTTPException(422, "this desk does not offer that") from None


@router.delete("/desks/{desk}/visit", status_code=202, responses=refusals(404))
def stop(desk: ADesk) -> None:
    """Cancel the visit, if there is one. One whose outcome stands ends as it would."""
    desk.stop()


@router.get("/desks/{desk}/result", response_model=VisitModel, responses=refusals(404))
def result(desk: ADesk, _staff: AStaff) -> dict[str, object]:
    """The visit that has ended, as `kazashi checkin --json` has it.

    404: there was none yet, the next goes on, or it was stopped.
    """
    if (visit := desk.last) is None:
        raise HTTPException(404, "no visit has ended")
    return visit.to_json()


@router.post("/desks/{desk}/answer", status_code=204, responses=refusals(404, 409))
def answer(desk: ADesk, caller: ACaller, body: AnswerBody) -> None:
    """Answer the question.

    403: it is not for this role. 409: it is gone. 422: it is no answer; `field`, `slip`: what is
    wrong with something typed.
    """
    try:
        desk.display.answer(body.question, body.answer, caller.role, body.name)
    except NotAsked:
        raise HTTPException(403, "this question is not for this role") from None
    except StaleAnswer:
        raise HTTPException(409, "that question is gone") from None
    except NotAnAnswer:
        raise HTTPException(422, "no answer to this question") from None
    except Mistyped as error:
        slip = {"field": error.field, "slip": error.slip.name.lower()}
        raise HTTPException(422, slip) from None


@router.put(
    "/desks/{desk}/answer/{question}/picture",
    status_code=204,
    responses=refusals(404, 409),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def picture(
    desk: ADesk, caller: ACaller, question: Annotated[int, Path(ge=0)], request: Request
) -> None:
    """A picture, JPEG or PNG, is the answer: the body. It is kept in memory, for this question.

    403: the patient's screen, or a program, takes it; the staff do not.
    """
    try:
        desk.display.require_picture(question, caller.role)  # before megabytes are read
        desk.display.answer_with_picture(question, await request.body(), caller.role)
    except NotAsked:
        raise HTTPException(403, "the patient alone is asked") from None
    except StaleAnswer:
        raise HTTPException(409, "that question is gone") from None
    except NotAnAnswer:
        raise HTTPException(422, "no answer to this question") from None


@router.post("/desks/{desk}/touch", status_code=204, responses=refusals(404))
def touch(desk: ADesk, body: TouchBody) -> None:
    """A sign of life of the patient."""
    desk.display.touch(is_slow=body.slow)


@router.post("/desks/{desk}/language", status_code=204, responses=refusals(404))
def language(desk: ADesk, service: AService, request: Request, body: LanguageBody) -> None:
    """The patient's language, until the visit ends. 422: the site does not offer it."""
    tags = request.app.state.settings.languages
    if body.language not in {each.tag for each in offered(tags, is_test=service.site.is_test)}:
        raise HTTPException(422, "no language of this site")
    desk.display.speak(body.language)


@router.post("/desks/{desk}/call", status_code=204, responses=refusals(404))
def call(desk: ADesk) -> None:
    """Call the staff. Once they have taken it, the call stands until they let it go."""
    desk.display.call()


@router.put("/desks/{desk}/call", status_code=204, responses=refusals(404))
def take_call(desk: ADesk, _staff: AStaff, body: NameBody) -> None:
    """This member of the staff comes."""
    desk.display.take_call(body.name)


@router.delete("/desks/{desk}/call", status_code=204, responses=refusals(404))
def let_go(desk: ADesk, caller: ACaller) -> None:
    """The staff are done there. The patient may take back a call that was not taken."""
    call = desk.display.screen.call
    if call and call.by and not caller.is_staff:
        raise HTTPException(403, "the staff are coming")
    desk.display.let_go()


@router.put("/desks/{desk}/table", status_code=204, responses=refusals(404))
def table(desk: ADesk, body: CardBody) -> None:
    """Lay a simulated card on a simulated reader, or take it away. 404: it is a real one."""
    if (on_it := desk.equipment.table) is None:
        raise HTTPException(404, "no simulated reader")
    try:
        if body.card is None:
            on_it.take_away()
        else:
            on_it.lay(body.card)
    except ValueError:
        raise HTTPException(422, "no such card") from None
