"""What a request carries to say who sends it: the programs' token, or the cookie of a screen."""

import hashlib
from collections.abc import Mapping

from starlette.requests import cookie_parser

from kazashi.serve.access import Access, Caller


class Credentials:
    """Of the service at `port`.

    `cookie`: its name has the port, since browsers keep cookies by host alone: two services of one
    computer would overwrite each other's.
    """

    def __init__(self, access: Access, port: int) -> None:
        self._access = access
        self.cookie = f"kazashi-{port}"

    def caller(self, headers: Mapping[str, str]) -> Caller | None:
        """None: it carries none that is known. `headers`: by names in small letters."""
        return self._find(headers)[0]

    def sender(self, headers: Mapping[str, str]) -> str:
        """Tells apart callers that are known, as a hash; "": it is none."""
        caller, secret = self._find(headers)
        return hashlib.sha256(secret.encode()).hexdigest() if caller else ""

    def _find(self, headers: Mapping[str, str]) -> tuple[Caller | None, str]:
        kind, _, rest = headers.get("authorization", "").partition(" ")
        if kind:
            token = rest.strip()
            return self._access.program(token) if kind.lower() == "bearer" else None, token
        cookie = cookie_parser(headers.get("cookie", "")).get(self.cookie, "")
        return self._access.screen(cookie), cookie
