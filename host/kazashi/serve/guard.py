"""What a request must be before any page or interface sees it.

* Host is one of this service's names: a page elsewhere whose name was rebound to 127.0.0.1 is
  refused (DNS rebinding).
* No page elsewhere makes a browser ask: Origin and Sec-Fetch-Site, which no script can set, say so
  (CSRF). What changes something comes from this service's own pages, or from a program.
* Bodies have a limit, each and all together, and so has the number of requests: of each screen and
  token, and of each address that has neither. A page that floods is not in the way of another one.

Each answer forbids scripts, styles and frames of others, and is kept in no cache. An error in the
service is logged without its message, which may repeat what was sent.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from traceback import format_tb

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

MOST_BODY = 8_000_000  # bytes: a picture of a camera
MOST_BODIES = 100_000_000  # bytes that are here at one time
_SAFE = ("GET", "HEAD", "OPTIONS")
_RATE, _BURST = 50.0, 200.0  # requests of one sender in a second, and at once
_MOST_SENDERS = 1_000
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


class Guard:
    """The outermost layer. `hosts`: `name:port` of this service; `scheme`: http or https.

    `sender`: tells apart, by the headers, those who are known; "": it is none of them.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: frozenset[str],
        scheme: str,
        sender: Callable[[Headers], str],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._app, self._hosts, self._sender, self._clock = app, hosts, sender, clock
        self._origins = frozenset(f"{scheme}://{host}" for host in hosts)
        self._held = 0  # bytes of all bodies
        self._left = OrderedDict[str, tuple[float, float]]()  # by sender: requests, and since when

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal:
            await refusal(scope, receive, _with_headers(send))
            return
        body = _Body(self, receive)
        try:
            await self._app(scope, body.receive, _with_headers(send))
        except Exception as error:  # it was answered with 500
            frames = "".join(format_tb(error.__traceback__))
            logger.error("%s %s\n%s", scope["method"], type(error).__name__, frames)
        finally:
            self.hold(-body.size)

    def hold(self, size: int) -> None:
        """So many bytes of a body more are here, or fewer.

        Raises:
            HTTPException: they are too many.
        """
        self._held += size
        if size > 0 and self._held > MOST_BODIES:
            raise HTTPException(503, "busy")

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._hosts:
            return PlainTextResponse("this service has another name", 421)
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return PlainTextResponse("not from a page of this service", 403)
        if scope["method"] not in _SAFE and not self._is_own(headers):
            return PlainTextResponse("not from a page of this service", 403)
        length = headers.get("content-length", "0")
        is_number = length.isascii() and length.isdigit() and len(length) < 20
        if not is_number or int(length) > MOST_BODY:
            return PlainTextResponse("too large", 413)
        if not self._may_ask(self._sender(headers) or (scope.get("client") or ("",))[0]):
            return PlainTextResponse("too many requests", 429, {"retry-after": "1"})
        return None

    def _is_own(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin is None:  # no browser; it has a token
            return "cookie" not in headers and "sec-fetch-site" not in headers
        return origin in self._origins

    def _may_ask(self, sender: str) -> bool:
        now = self._clock()
        left, since = self._left.pop(sender, (_BURST, now))
        left = min(_BURST, left + (now - since) * _RATE)
        may = left >= 1
        self._left[sender] = (left - 1 if may else left), now
        if len(self._left) > _MOST_SENDERS:
            self._left.popitem(last=False)
        return may


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent


class _Body:
    """The body of one request, however long the request says that it is."""

    def __init__(self, guard: Guard, receive: Receive) -> None:
        self._guard, self._receive = guard, receive
        self.size = 0

    async def receive(self) -> Message:
        message = await self._receive()
        size = len(message.get("body", b""))
        self.size += size
        self._guard.hold(size)
        if self.size > MOST_BODY:
            raise HTTPException(413, "too large")
        return message
