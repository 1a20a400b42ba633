"""HTML of the screens: Jinja2 templates, with the texts of a language."""

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from kazashi.serve.languages import language_of
from kazashi.serve.texts import Texts

_TEMPLATES = Environment(
    loader=PackageLoader("kazashi.serve"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, language: str, **values: object) -> str:
    """The template, filled; its texts, `t`, are in `language`."""
    texts = Texts(language_of(language))
    return _TEMPLATES.get_template(template).render(t=texts, **values)


def html(template: str, language: str, status: int = 200, **values: object) -> HTMLResponse:
    """The same as an answer."""
    return HTMLResponse(render(template, language, **values), status)
