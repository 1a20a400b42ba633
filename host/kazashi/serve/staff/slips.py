"""What is wrong with something that staff have typed, in the words of the page."""

from fastapi.responses import JSONResponse

from kazashi.reception.typed import Mistyped
from kazashi.serve.texts import Texts
from kazashi.words import screen_key, values_of


def slip_json(error: Mistyped, t: Texts) -> JSONResponse:
    """Which field, and why; what was typed is not repeated."""
    text = t.plain(screen_key(error), **values_of(error))
    return JSONResponse({"field": error.field, "text": text}, 422)
