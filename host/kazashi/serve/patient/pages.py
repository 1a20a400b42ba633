"""The page of a patient screen: a shell, and what it shows, rendered from the desk's Screen.

The page's modules follow events, and fetch what is shown anew when something has changed: see
static/patient/. What they keep of a visit is typed and not sent yet: digits that are secret.
How far the patient has come in a question of several screens stays with the visit.
"""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from kazashi.reception.rules import Group, Token
from kazashi.serve.api import ACaller, ADesk, AService, caller_of, desk_of
from kazashi.serve.desk import Desk
from kazashi.serve.display import NotAsked, StaleAnswer
from kazashi.serve.languages import offered
from kazashi.serve.patient.states import (
    State,
    can_go_back,
    is_wrong_pin,
    notice_on_dates,
    state_of,
    told,
)
from kazashi.serve.questions import NotAnAnswer
from kazashi.serve.rendering import html, render
from kazashi.serve.screen import Screen, SoFar, Step
from kazashi.serve.settings import Keypad, ServeSettings

router = APIRouter(prefix="/patient")

_STEPS = {  # of four: those of the bar at the top
    State.CHOOSE: 1,
    State.LAY: 2,
    State.UNSENSED: 2,
    State.HOLD: 2,
    State.ANOTHER: 2,
    State.SEVERAL: 2,
    State.BROKEN: 2,
    State.WAY: 3,
    State.FRONT: 3,
    State.CODE_B: 3,
    State.FACE: 3,
    State.PIN: 3,
    State.LAST_TRY: 3,
    State.BLOCKED: 3,
    State.REGISTRATION: 4,
    State.CONSENTS: 4,
    State.SUBSIDIES: 4,
    State.PRESCRIPTION: 4,
    State.DOWN: 4,
}
_NO_QUESTION = (State.STAFF, State.DOWN, State.DONE, State.STOPPED, State.WAITING, State.BROKEN)
_CAN_STOP = (Step.WORKING, Step.PLACE, Step.READ, Step.ASKED)
_DIGITS = {Keypad.PHONE: "123456789", Keypad.PC: "789456123", Keypad.NONE: "123456789"}


@router.get("/{desk}")
def shell(desk: str, request: Request, service: AService) -> HTMLResponse:
    """The whole page, as it stands now; without pairing, how to pair it."""
    try:
        caller = caller_of(request)
    except HTTPException as error:
        return html("pair.html", service.site.language, error.status_code)
    screen = desk_of(service, caller, desk).display.screen
    tokens = _tokens(service.desk(desk))
    return HTMLResponse(rendered(screen, tokens, request.app.state.settings, is_whole=True))


@router.get("/{desk}/screen")
def fragment(desk: ADesk, request: Request, view: str = "") -> HTMLResponse:
    """What the page shows. `view`: "language": the choice of languages, above what is asked."""
    state = State.LANGUAGE if view == State.LANGUAGE else None
    settings = request.app.state.settings
    return HTMLResponse(rendered(desk.display.screen, _tokens(desk), settings, state))


class SoFarBody(BaseModel):
    """`steps`: names of screens, which hold no digit: none can be a PIN. `agreed`: by group."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    steps: Annotated[
        list[Annotated[str, Field(pattern=r"^[a-z_-]{1,40}$")]], Field(min_length=1, max_length=40)
    ]
    agreed: dict[Group, bool] = Field(default_factory=dict[Group, bool])


@router.put("/{desk}/so-far/{question}", status_code=204)
def so_far(
    desk: ADesk, caller: ACaller, question: Annotated[int, Path(ge=0)], body: SoFarBody
) -> None:
    """Keep it until the question is gone: a page that is loaded again stands there."""
    try:
        desk.display.keep(question, SoFar(tuple(body.steps), body.agreed), caller.role)
    except NotAsked:
        raise HTTPException(403, "the patient alone answers this") from None
    except StaleAnswer:
        raise HTTPException(409, "that question is gone") from None
    except NotAnAnswer:
        raise HTTPException(422, "not of this question") from None


def rendered(
    screen: Screen,
    tokens: tuple[Token, ...],
    site: ServeSettings,
    state: State | None = None,
    *,
    is_whole: bool = False,
) -> str:
    """HTML of what `screen` shows, or of `state` instead.

    `tokens`: what a patient may show here. `is_whole`: in its page.
    """
    own = state_of(screen)
    state = state or own
    return render(
        "patient/page.html" if is_whole else "patient/screen.html",
        screen.language,
        screen=screen,
        site=site,
        state=state,
        question=screen.question,
        so_far=screen.so_far.to_json() if screen.so_far else None,
        step=_STEPS.get(state, 0),
        told=told(screen),
        dates=notice_on_dates(screen) if state is own and state not in _NO_QUESTION else None,
        is_wrong_pin=is_wrong_pin(screen),
        can_go_back=can_go_back(screen) or state is State.LANGUAGE,
        can_stop=screen.step in _CAN_STOP,
        languages=offered(site.languages, is_test=screen.is_test),
        digits=_DIGITS[site.keypad],
        kinds=_kinds(screen),
        card_camera=site.card_camera(screen.desk),
        tokens=getattr(screen.question, "tokens", tokens),
        is_to_take=screen.is_left or any(each.key == "take-card" for each in screen.notices),
    )


def _tokens(desk: Desk) -> tuple[Token, ...]:
    return tuple(token for token in Token if desk.equipment.offers(token))


def _kinds(screen: Screen) -> tuple[str, ...]:
    """Of simulated cards."""
    if not screen.has_table:
        return ()
    from kazashi.testing.table import KINDS  # the simulator is loaded for simulated readers alone

    return KINDS
