"""Certificates and 照会番号 whose patient the staff are to say: at their screen, and for programs.

To decide, the staff see the number that 照会番号 tells, and name and birth as the centre told them.
Those two are kept nowhere: they are shown until the next patient begins at that desk.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from kazashi.reception.japan import japan_time
from kazashi.reception.numbers.errors import NumbersError
from kazashi.reception.numbers.offers import ClinicNumbers, Offer
from kazashi.reception.numbers.patient import number_of
from kazashi.reception.typed import Mistyped, required
from kazashi.reception.visit import Visit
from kazashi.serve.api import AService, AStaff, refusals, staff_of
from kazashi.serve.schema import OfferModel
from kazashi.serve.service import Service
from kazashi.serve.staff.slips import slip_json
from kazashi.serve.staff.templates import ATexts

router = APIRouter(prefix="/api/v1", responses=refusals(403, 422))
pages = APIRouter(prefix="/staff", include_in_schema=False, dependencies=[Depends(staff_of)])

AnOffer = Annotated[int, Path(ge=1, le=2**62)]
_Name = Annotated[str, Field(min_length=1, max_length=40)]
_Number = Annotated[str, Field(max_length=60)] | None


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class TieBody(_Body):
    """`number`: of the patient whose it is; null: it stays as it is. `name`: of a
    member of the staff, who says so.
    """

    number: _Number
    name: _Name


class FormBody(_Body):
    """The same, as the page's forms send it."""

    question: int
    answer: _Number
    name: _Name


@dataclass(frozen=True)
class OfferView:
    """`name`, `birth`: as the centre told them; empty once another patient has begun there."""

    offer: Offer
    name: str = ""
    birth: str = ""


@router.get("/numbers/offers", response_model=list[OfferModel], responses=refusals(404, 503))
def offers(service: AService, _staff: AStaff) -> list[dict[str, object]]:
    """What the staff are to say the patient of, the oldest first. 404: no such numbers."""
    try:
        return [_json(each) for each in _numbers(service).offers()]
    except NumbersError as error:
        raise HTTPException(503, "the numbers cannot be read") from error


@router.post("/numbers/offers/{offer}", status_code=204, responses=refusals(404, 409, 503))
def decide(service: AService, _staff: AStaff, offer: AnOffer, body: TieBody) -> None:
    """It is this patient's, or stays as it is. 409: it was decided already."""
    try:
        _decide(service, offer, body.number, body.name)
    except ValueError:
        raise HTTPException(422, "no number, or no name") from None


def offer_views(service: Service) -> list[OfferView]:
    """For the page; none if there are no such numbers, or they cannot be read: an alert says so."""
    visits = [desk.last for desk in service.desks.values() if desk.last]
    try:
        return [_view(each, visits) for each in _numbers(service).offers()]
    except (HTTPException, NumbersError):
        return []


def numbers_trouble(service: Service) -> NumbersError | None:
    """Why the numbers cannot be read."""
    try:
        if service.site.numbers:
            service.site.numbers.offers()
    except NumbersError as error:
        return error
    return None


@pages.post("/numbers/{offer}", status_code=204, response_model=None)
def decide_on_page(
    service: AService, offer: AnOffer, body: FormBody, t: ATexts
) -> JSONResponse | None:
    """As the interface does it; a wrong number is told in the page's words."""
    try:
        _decide(service, offer, body.answer, body.name)
    except Mistyped as error:
        return slip_json(error, t)
    except ValueError:
        return JSONResponse({"field": "answer", "text": t.plain("staff.numbers.wrong")}, 422)
    return None


def _decide(service: Service, offer: int, number: str | None, staff: str) -> None:
    """Raises ValueError: it is no number; Mistyped: `staff` is no name."""
    numbers, staff = _numbers(service), required("name", staff)
    try:
        if number is None:
            is_decided = numbers.leave(offer, staff)
        else:
            is_decided = numbers.tie(offer, number_of(number), staff)
    except NumbersError as error:
        raise HTTPException(503, "it cannot be kept") from error
    service.events.publish("numbers", "", {})
    if not is_decided:
        raise HTTPException(409, "it was decided already")


def _numbers(service: Service) -> ClinicNumbers:
    if service.site.numbers is None:
        raise HTTPException(404, "no numbers are configured")
    return service.site.numbers


def _view(offer: Offer, visits: Iterable[Visit]) -> OfferView:
    for visit in visits:
        if visit.number == offer.visit and visit.eligibility and visit.eligibility.insurance:
            told = visit.eligibility.insurance[0]
            return OfferView(offer, told.get("Name", ""), _day(told.get("Birthdate", "")))
    return OfferView(offer)


def _day(text: str) -> str:
    """Eight digits with strokes; anything else as it is."""
    try:
        return f"{datetime.strptime(text, '%Y%m%d'):%Y-%m-%d}"
    except ValueError:
        return text


def _json(offer: Offer) -> dict[str, object]:
    return {
        "id": offer.id,
        "reference": offer.reference or None,
        "number": offer.number or None,
        "tied": offer.tied or None,
        "visit": offer.visit,
        "at": japan_time(offer.at),
        "is_test": offer.is_test,
        "claims": [
            {"number": each.value, "name": each.by, "at": japan_time(each.time)}
            for each in offer.claims
        ],
    }
