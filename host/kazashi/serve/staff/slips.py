"""Errors in the words of the page: what staff have typed, what the centre has refused."""

from fastapi.responses import JSONResponse

from kazashi.errors import KazashiError
from kazashi.reception.typed import Mistyped
from kazashi.serve.texts import Texts
from kazashi.words import Language, screen_key, values_of, words_of


def slip_json(error: Mistyped, t: Texts) -> JSONResponse:
    """Which field, and why; what was typed is not repeated."""
    text = t.plain(screen_key(error), **values_of(error))
    return JSONResponse({"field": error.field, "text": text}, 422)


def told(error: KazashiError | None, t: Texts) -> str:
    """What happened and what to do; "": nothing did."""
    return words_of(error, Language(t.lang)).line if error else ""
