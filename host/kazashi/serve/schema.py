"""What the interface answers, for its OpenAPI schema. screen.py and questions.py make it.

What stays stable: a field keeps its name, its type and its meaning. New fields may come, and new
values of `step`, `outcome`, `why`, `name` and `key`.
"""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from kazashi.finding import Level
from kazashi.reception.visit import Outcome, Reason
from kazashi.serve.screen import Step, Who


class MessageModel(BaseModel):
    """A text of the catalogues, by its key, and what fills its placeholders."""

    key: str
    values: dict[str, str | int | float | bool | None]


class QuestionModel(BaseModel):
    """A question. Its name says which more fields it has: see questions.py."""

    number: int = Field(description="an answer names it")
    name: str = Field(description="what is asked: pin, code b, way, consents …")
    can_go_back: bool = Field(description='"back" is an answer: to the choice before')
    token: str | None = Field(None, description="whose PIN it is")
    tokens: list[str] | None = Field(None, description="what may be shown")
    ways: list[str] | None = Field(None, description="the most sensible first")
    tries_left: int | None = Field(None, description="null: without a limit, or not known")
    groups: list[str] | None = Field(None, description="of information, to agree to")
    is_for_dispensing: bool | None = Field(None, description="consents at a pharmacy")
    lasts_hours: float | None = Field(None, description="consents; null: while care goes on")
    names: list[str] | None = Field(None, description="of subsidies")
    kinds: list[str] | None = Field(None, description="of prescriptions")
    turn: str | None = Field(None, description="to which side the head is turned")
    step: str | None = Field(None, description="of the fall-backs")
    answers: list[str] | None = Field(None, description="at that step")
    reasons: list[str] | None = Field(None, description="why by eye")
    has_photo: bool | None = Field(None, description="the chip's photo is there to compare")


class CallModel(BaseModel):
    """The staff were called."""

    since: datetime
    by: str | None = Field(description="who comes; null: none yet")


class ScreenModel(BaseModel):
    """A desk as it is at a moment."""

    desk: str
    name: str
    id: int = Field(description="grows with each change")
    visit: int = Field(description="counted since the start of the service")
    step: Step
    who: Who = Field(description="who must act now")
    since: datetime = Field(description="of the step")
    question: QuestionModel | None
    notices: list[MessageModel] = Field(description="told since the last answer")
    place: str | None = Field(description="what is to be laid down")
    seconds_left: int | None = Field(description="until a sign of life is asked for, or the end")
    is_warned: bool
    call: CallModel | None
    language: str
    fault: str | None = Field(description="of the reader: a key of the catalogues")
    outcome: Outcome | None
    why: Reason | None
    is_left: bool = Field(description="the card lies there still")
    lost_since: datetime | None = Field(description="the visit's patient screen is gone")
    is_test: bool
    has_table: bool = Field(description="its reader is simulated: cards are laid by program")


class AdviceModel(BaseModel):
    """What was seen, and what to do about it."""

    seen: str
    advice: str


class FaultModel(BaseModel):
    """Why a reader does not work. `words`: by language."""

    name: str
    words: dict[str, AdviceModel]


class InfoModel(BaseModel):
    """Versions and board: see kazashi.reports."""

    firmware: str
    wire: str = Field(validation_alias="schema", description="revision and fingerprint")
    board: str
    chip: str
    interpreter: str
    serial: str


class HealthModel(BaseModel):
    """Counters of recovery since the board started: see kazashi.reports."""

    reset_cause: str
    reboots: int
    uptime_s: int
    heap_used: int
    heap_free: int
    retries: int
    repolls: int
    field_offs: int
    chip_resets: int


class ReaderModel(BaseModel):
    """A desk's reader. `health`: of the last time that no patient was there; null: not known."""

    desk: str
    name: str
    url: str | None = Field(description="as configured; null: the only one attached")
    info: InfoModel | None = Field(description="null: it is not open")
    health: HealthModel | None
    fault: FaultModel | None


class FindingModel(BaseModel):
    """What a check of the terminal has found. `words`: by language."""

    check: str = Field(description="terminal certificate, site certificate, disk, clock, readers")
    level: Level
    key: str = Field(description="of the catalogues; new ones may come")
    fields: dict[str, str | int]
    words: dict[str, AdviceModel]


class ClaimModel(BaseModel):
    """What a desk said of a certificate or 照会番号, while another said otherwise."""

    number: str
    name: str = Field(description="of a member of the staff, or `list`")
    at: str


class OfferModel(BaseModel):
    """A certificate or a 照会番号 whose patient the staff are to say."""

    id: int
    reference: str | None = Field(description="照会番号; null: it is a certificate")
    number: str | None = Field(description="that the visit tells")
    tied: str | None = Field(description="to which it is tied up to now")
    visit: int | None = Field(description="its number in the journal")
    at: str
    is_test: bool
    claims: list[ClaimModel] = Field(description="to decide between, beside `tied`")


class FreeReaderModel(BaseModel):
    """A reader attached that no desk has."""

    url: str
    description: str


class FreeReadersModel(BaseModel):
    """Readers that no desk has."""

    readers: list[FreeReaderModel]
    search: str | None = Field(description="the desk for which one is to be tapped")


HELD_ID = r"^([0-9a-f-]{36}/)?[0-9]{1,18}$"  # the journal of another computer, and a visit


class HeldModel(BaseModel):
    """A visit that is held: nothing of the person."""

    id: str = Field(description="by which it is asked about")
    visit: int = Field(description="its number in the journal")
    computer: str | None = Field(description="another one of the site, at which it is held")
    held_at: str
    reason: str
    is_test: bool
    refused: str | None = Field(description="why the centre has not answered about it")


class AnsweredModel(BaseModel):
    """What the centre has said of a visit that was held."""

    id: str
    visit: int
    computer: str | None
    eligibility: str


class HeldPeopleModel(BaseModel):
    """Visits that are held, and those that were asked about since the start of the service."""

    is_asking: bool
    is_away: bool = Field(description="it is not known who is held at other computers of the site")
    held: list[HeldModel]
    answered: list[AnsweredModel]


class VisitModel(BaseModel):
    """The result of a visit: kazashi/reception/visit.schema.json has all of it."""

    model_config = {"extra": "allow"}

    outcome: Outcome
    why: Reason | None
    is_test: bool
    is_kept: bool
    eligibility: dict[str, Any] | None


class SlipModel(BaseModel):
    """What is wrong with something that was typed."""

    field: str
    slip: str


class PlaceModel(BaseModel):
    """What is wrong with a request, and where."""

    loc: list[str | int]
    type: str


class ProblemModel(BaseModel):
    """Why a request was refused. It never repeats what was sent."""

    detail: str | SlipModel | list[PlaceModel]
