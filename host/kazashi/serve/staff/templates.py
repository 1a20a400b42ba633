"""Pages of the staff screen, in Japanese or English: the page's cookie says which."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse

from kazashi.reception.japan import JAPAN
from kazashi.serve.languages import LANGUAGES
from kazashi.serve.rendering import html
from kazashi.serve.settings import ServeSettings
from kazashi.serve.texts import Texts

_COOKIE = "kazashi-staff-language"
_LANGUAGES = ("ja", "en")
_YEAR_S = 366 * 24 * 3600


def texts_of(request: Request, lang: Annotated[str, Query(max_length=20)] = "") -> Texts:
    """The language asked for now or before, else the site's, else Japanese."""
    site = cast("ServeSettings", request.app.state.settings).language
    wanted = (lang, request.cookies.get(_COOKIE, ""), site)
    return Texts(LANGUAGES[next((each for each in wanted if each in _LANGUAGES), _LANGUAGES[0])])


ATexts = Annotated[Texts, Depends(texts_of)]


def rendered(request: Request, template: str, t: Texts, **values: object) -> HTMLResponse:
    """A page, which remembers its language."""
    response = html(f"staff/{template}.html", t.lang, 200, in_japan=_in_japan, **values)
    if request.query_params.get("lang") in _LANGUAGES:
        response.set_cookie(
            _COOKIE,
            t.lang,
            max_age=_YEAR_S,
            path="/staff",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
    return response


def _in_japan(moment: datetime) -> str:
    """The day and the time there."""
    return f"{moment.astimezone(JAPAN):%Y-%m-%d %H:%M}"
