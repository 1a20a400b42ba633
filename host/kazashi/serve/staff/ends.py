"""Where a fall-back has led: what the staff do now, and the declaration on paper."""

from base64 import b64encode
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from kazashi.reception.fallback import Basis
from kazashi.reception.japan import japan_today, utc_now
from kazashi.reception.journal import KeptVisit
from kazashi.reception.papers.declaration import Insurance, Numbers, Since, declaration, remarks
from kazashi.reception.typed import Mistyped
from kazashi.serve.api import AService, staff_of
from kazashi.serve.staff.kept import visit_of
from kazashi.serve.staff.slips import slip_json
from kazashi.serve.staff.templates import ATexts
from kazashi.serve.texts import Texts

_DECLARED = ("card", "declaration", "share", "ask-again")
TICKS: dict[Basis, tuple[str, ...]] = {  # keys after `staff.todo.`
    Basis.PORTAL: ("portal", "copy-numbers"),
    Basis.NOTICE: ("notice", "copy-numbers"),
    Basis.CERTIFICATE: ("paper-date", "copy-numbers", "give-back"),
    Basis.DEFENCE: ("paper-date", "copy-numbers", "give-back"),
    Basis.DAY_LABOURER: ("paper-date", "copy-numbers", "give-back"),
    Basis.MEDICAL_TICKET: ("ticket", "ticket-share"),
    Basis.PAST_VISIT: ("past", "ask-again"),
    Basis.DECLARED_CURRENT: (*_DECLARED, "claim-current"),
    Basis.DECLARED_FORMER: (*_DECLARED, "claim-former"),
    Basis.DECLARED_UNKNOWN: (*_DECLARED, "claim-unknown"),
    Basis.DECLARED_UNKNOWN_ELDERLY: (*_DECLARED, "claim-unknown"),
    Basis.CONFIRMED_LATER: ("later-insurer", "later-bring", "never-full"),
}
NUMBERS = {Basis.DECLARED_CURRENT: Numbers.CURRENT, Basis.DECLARED_FORMER: Numbers.FORMER}
_Text = Annotated[str, Field(max_length=200)]

router = APIRouter(prefix="/staff", include_in_schema=False, dependencies=[Depends(staff_of)])


class DeclaredBody(BaseModel):
    """What stands on the declaration: the fields of `declaration`, as typed."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    basis: Basis
    visit: Annotated[int, Field(ge=1, le=2**62)] | None = None
    card_shown: bool
    name: _Text = ""
    kana: _Text = ""
    birth: _Text = ""
    sex: _Text = ""
    address: _Text = ""
    telephone: _Text = ""
    insurance: _Text = "unknown"
    insurer_name: _Text = ""
    employer: _Text = ""
    since: _Text = "unknown"
    share: _Text = ""
    numbers: _Text = "none"
    insurer: _Text = ""
    symbol: _Text = ""
    number: _Text = ""
    staff: _Text = ""


@router.post("/declaration", response_model=None)
def declared(service: AService, t: ATexts, body: DeclaredBody) -> JSONResponse | dict[str, Any]:
    """The declaration as a PDF, in base64, and the text of 摘要欄. Nothing of it is kept."""
    from kazashi.reception.papers.declaration_form import declaration_pdf

    fields = body.model_dump(exclude={"basis", "visit", "card_shown"})
    visit = str(body.visit) if body.visit else ""
    try:
        found = declaration(
            today=japan_today(utc_now()), card_shown=body.card_shown, visit=visit, **fields
        )
        text = remarks(body.basis, found)
    except Mistyped as error:
        return slip_json(error, t)
    kept = visit_of(service.site.journal, body.visit) if body.visit else None
    is_test = service.site.is_test or bool(kept and kept.is_test)
    pdf = declaration_pdf(found, text, is_test=is_test)
    return {"remarks": text, "pdf": b64encode(pdf).decode("ascii")}


def basis_of(visit: KeptVisit) -> Basis | None:
    """Where its fall-backs have led."""
    kept = visit.fact("fallback")
    return next((each for each in Basis if each == kept), None)


def end_of(basis: Basis | None, t: Texts, staff: object = None) -> dict[str, object]:
    """What the page shows of the end: things to do, and the choices of the declaration."""
    return {
        "basis": basis,
        "todo": TICKS[basis] if basis else (),
        "insurances": [(each.value, t(f"staff.insurance.{each}")) for each in Insurance],
        "sinces": [(each.value, t(f"staff.since.{each}")) for each in Since],
        "kinds": [(each.value, t(f"staff.numbers.{each}")) for each in Numbers],
        "known": NUMBERS.get(basis, Numbers.NONE) if basis else Numbers.NONE,
        "staff_name": str(staff or ""),
    }
