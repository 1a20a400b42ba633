"""Server-sent events, over HTTP."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse

from kazashi.serve.access import Caller, Role
from kazashi.serve.api import ACaller, AService, refusals
from kazashi.serve.events import Follower, StreamEnded
from kazashi.serve.service import Service

LOST_S = 5.0  # without a patient screen; a cut cable takes 5 s more, see connection.py
ALIVE_S = 15.0  # a comment, so that a lost line is noticed
PAGE_ALIVE_S = 1.0  # an event, for pages: a script sees no comment
MOST_OF_ONE = 32  # streams at one time: of the screens of one desk, of the staff, of programs
MOST = 200

_COMMENT = b": still here\n\n"
_ALIVE = b"event: alive\ndata: {}\n\n"

router = APIRouter(prefix="/api/v1")


class Streams:
    """The event streams that are open, by whose they are. In the thread of the event loop.

    A desk that no patient screen follows any more is told so.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._open = Counter[Caller]()
        self._losing: dict[Caller, asyncio.TimerHandle] = {}

    @contextmanager
    def counted(self, caller: Caller) -> Generator[None]:
        self._open[caller] += 1
        self._find(caller)
        try:
            yield
        finally:
            self._open[caller] -= 1
            if caller.role is Role.PATIENT and not self._open[caller]:
                loop = asyncio.get_running_loop()
                self._losing[caller] = loop.call_later(LOST_S, self._lose, caller)

    def _find(self, caller: Caller) -> None:
        if losing := self._losing.pop(caller, None):
            losing.cancel()
            if desk := self._service.desks.get(caller.desk):
                desk.display.find_screen()

    def _lose(self, caller: Caller) -> None:
        if desk := self._service.desks.get(caller.desk):
            desk.display.lose_screen()

    def require_room(self, caller: Caller) -> None:
        """Raises HTTPException: there are too many."""
        again = {"retry-after": "5"}
        if self._open[caller] >= MOST_OF_ONE:
            raise HTTPException(429, "too many event streams", again)
        if self._open.total() >= MOST:
            raise HTTPException(503, "too many event streams", again)


@router.get(
    "/events",
    response_class=Response,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "events, without an end"},
        **refusals(403, 422, 429, 503),
    },
)
async def events(
    request: Request,
    service: AService,
    caller: ACaller,
    desk: Annotated[str | None, Query(max_length=100)] = None,
    alive: bool = False,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> Response:
    """Server-sent events: `screen`, a desk's Screen each time that it changes.

    For staff and programs also `elsewhere`, `held`, `readers`, `numbers` and `broken-off`, without
    data: something has changed there.

    With `Last-Event-ID` all after that one; without it, or if they are gone, first the Screen of
    each desk as it is now. `desk`: of this one alone. A patient's screen follows its own desk, and
    gets no more of the past than the latest. 429, 503: there are too many streams.

    `alive`: in each second without another event also `alive`, without id: a page that hears
    nothing has lost its line.
    """
    is_patient = caller.role is Role.PATIENT
    if is_patient:
        desk = caller.desk
    streams: Streams = request.app.state.streams
    streams.require_room(caller)
    follower = Follower(asyncio.get_running_loop(), desk, sees_past=not is_patient)
    silence = _Silence(PAGE_ALIVE_S, _ALIVE) if alive else _Silence(ALIVE_S, _COMMENT)
    stream = _stream(service, streams.counted(caller), follower, last_event_id, silence)
    return StreamingResponse(stream, media_type="text/event-stream")


@dataclass(frozen=True)
class _Silence:
    """What is sent when there was no event for so long."""

    seconds: float
    sent: bytes


async def _stream(
    service: Service,
    place: AbstractContextManager[None],
    follower: Follower,
    after: str | None,
    silence: _Silence,
) -> AsyncGenerator[bytes]:
    sent = service.metrics.events_sent
    with place, service.events.followed(follower, after) as missed:
        yield b"retry: 1000\n\n"
        for event in missed:
            sent.inc()
            yield event.encoded
        while True:
            try:
                async with asyncio.timeout(silence.seconds):
                    event = await follower.next()
            except TimeoutError:
                yield silence.sent
            except StreamEnded:
                return
            else:
                sent.inc()
                yield event.encoded
