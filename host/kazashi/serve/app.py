"""HTTP: the interface for programs, the pages, and pairing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from fastapi.telemetry import TelemetryConfig
from pydantic import BaseModel, Field

import kazashi
from kazashi.serve import api, monitoring, pages, streams
from kazashi.serve.access import Access, WrongCode
from kazashi.serve.credentials import Credentials
from kazashi.serve.guard import Guard
from kazashi.serve.service import Service
from kazashi.serve.settings import ServeSettings
from kazashi.serve.staff import calls as staff_calls
from kazashi.serve.staff import ends as staff_ends
from kazashi.serve.staff import numbers as staff_numbers
from kazashi.serve.staff import pages as staff_pages

_STATIC = Path(__file__).parent / "static"
# FastAPI's own would record what a refused request said, and what errors say.
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
_YEAR_S = 366 * 24 * 3600


class CodeBody(BaseModel):
    """`code`: from the address that the service printed."""

    code: Annotated[str, Field(max_length=200)]


def create_app(service: Service, access: Access, settings: ServeSettings, port: int) -> Guard:
    """The whole application. `port`: where it listens, if the settings leave that open."""
    app = FastAPI(
        title="Kazashi",
        version=kazashi.__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # they load scripts from another server
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
    )
    app.state.service, app.state.access, app.state.settings = service, access, settings
    app.state.credentials = credentials = Credentials(access, port)
    app.state.streams = streams.Streams(service)
    app.add_exception_handler(RequestValidationError, _without_input)
    app.include_router(api.router)
    app.include_router(streams.router)
    app.include_router(monitoring.router)
    app.include_router(staff_calls.router)
    app.include_router(pages.router)
    app.include_router(staff_pages.router)
    app.include_router(staff_ends.router)
    app.include_router(staff_numbers.router)
    app.include_router(staff_numbers.pages)
    app.post("/pair", responses=api.refusals(403, 422))(pair)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    return Guard(app, settings.hosts(port), settings.scheme, credentials.sender)


def pair(
    request: Request,
    response: Response,
    body: CodeBody,
    access: Annotated[Access, Depends(api.access_of)],
) -> dict[str, str]:
    """Make this browser a screen: `code` is from the address that the service printed.

    `page`: where it goes on.
    """
    try:
        cookie, caller = access.pair(body.code)
    except WrongCode:
        raise HTTPException(403, "this code is used, or too old") from None
    response.set_cookie(
        request.app.state.credentials.cookie,
        cookie,
        max_age=_YEAR_S,
        httponly=True,
        samesite="strict",
        secure=request.app.state.settings.scheme == "https",
    )
    return {"page": pages.page_of(caller)}


def _without_input(_request: Request, error: Exception) -> Response:
    """FastAPI's own answer repeats what was sent: it may be a PIN."""
    found = cast("RequestValidationError", error).errors()
    places = [{"loc": _place(each), "type": str(each["type"])} for each in found]
    return JSONResponse({"detail": places}, 422)


def _place(error: Mapping[str, Any]) -> list[str | int]:
    """Where it is; the name of a field that should not be there was sent, too."""
    place = list(error["loc"])
    return place[:-1] if error["type"] == "extra_forbidden" else place
