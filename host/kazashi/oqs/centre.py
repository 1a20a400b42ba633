"""The centre behind pairs of files: it knows people by their certificate (資格確認書).

The card's key it cannot be asked with: that takes approved software. Who is held after a time-out
is found again by the session's number among the answers that have come late.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Self

from kazashi.cards.birth import Birth
from kazashi.oqs.errors import OqsBroken, OqsUnkept, OqsUnopened, OqsUnwritable
from kazashi.oqs.exchange import Exchange
from kazashi.oqs.insurance import insurance_of, rest_of
from kazashi.oqs.ledger import Asked
from kazashi.oqs.match import shown
from kazashi.oqs.message import MessageBody, QualificationConfirmSearchInfo, XmlMsg
from kazashi.oqs.names import Kind
from kazashi.reception.centre import (
    CentreError,
    CentreFailed,
    CentreUnreachable,
    Completion,
    Eligibility,
    HeldItems,
    Identity,
    NoCentre,
    Standing,
    Who,
)
from kazashi.reception.papers.certificate import CertificatePaper
from kazashi.words import words_of

logger = logging.getLogger(__name__)

_PENDING = "処理中"  # in place of a code: asked, and not answered yet
INSURER_WIDTH = 8


@dataclass(frozen=True)
class FileCentre:
    """A `Centre` over `exchange`. One answer says both: who it is, and their eligibility."""

    exchange: Exchange
    cancel: Event = field(default_factory=Event)

    def until(self, cancel: Event) -> Self:
        """The same, whose waits raise Cancelled once `cancel` is set."""
        return replace(self, cancel=cancel)

    def identify(self, reference: str, who: Who) -> Identity:
        """Raises CentreError; NoCentre: of a card."""
        match who:
            case CertificatePaper():
                asked = MessageBody(qualification_confirm_search_info=search_info(who))
                answer = self._asked(reference, asked)
            case HeldItems():
                answer = self._late(who.references)
            case _:
                raise NoCentre
        eligibility = eligibility_in(reference, answer)
        return Identity(
            reference,
            eligibility.standing,
            groups=(),
            asks_prescription=False,
            message=_body(answer).processing_result_message,
            eligibility=eligibility,
        )

    def complete(self, completion: Completion) -> Eligibility:
        """Raises NoCentre: there is no second question."""
        del completion
        raise NoCentre

    def settled(self, references: Sequence[str]) -> None:
        """Close the requests under these. One that cannot be closed is forgotten after a month."""
        with suppress(OqsUnkept):
            for asked in self._open_ones(references):
                self.exchange.take(asked)

    def _asked(self, reference: str, body: MessageBody) -> XmlMsg:
        """Raises CentreError: there is no answer; OqsUnwritable: it cannot be asked so."""
        try:
            asked, answer = self.exchange.ask(Kind.ELIGIBILITY, reference, body, self.cancel)
        except (OqsUnwritable, OqsUnopened, OqsBroken) as error:
            logger.error("%s", words_of(error).line)  # which letter, or file
            raise
        except OqsUnkept as error:
            raise CentreUnreachable from error
        with suppress(OqsUnkept):  # it is asked no more, and goes after a month
            self.exchange.take(asked)
        return answer

    def _late(self, references: Sequence[str]) -> XmlMsg:
        """What has come after its time-out of what was asked under these.

        It is found again until it is settled: this program may be killed before it is kept. The
        claim of who asks keeps others from it.

        Raises:
            NoCentre: nothing was asked here, or it is settled.
            CentreFailed: it has not come, or is a failure.
            OqsUnopened, OqsBroken: it may have come, and cannot be opened or is not whole.
        """
        open_ones = self._open_ones(references)
        if not open_ones:
            raise NoCentre
        trouble: CentreError = CentreFailed(_PENDING)
        for asked in open_ones:
            try:
                answer = self.exchange.look(asked, self.cancel)
            except (OqsUnopened, OqsBroken) as error:
                trouble = error
                continue
            if answer:
                return answer
        raise trouble

    def _open_ones(self, references: Sequence[str]) -> list[Asked]:
        return [
            each
            for each in self.exchange.ledger.open_ones(Kind.ELIGIBILITY)
            if each.request.message_header.arbitrary_file_identifier in references
        ]


def search_info(paper: CertificatePaper) -> QualificationConfirmSearchInfo:
    """What a request says of a certificate."""
    return QualificationConfirmSearchInfo(
        insurer_number=paper.insurer.rjust(INSURER_WIDTH),
        insured_card_symbol=paper.symbol,
        insured_identification_number=paper.number,
        insured_branch_number=paper.branch,
        birthdate=_digits(paper.birth),
        limit_application_certificate_related_cons_flg="1" if paper.cost_limit else "0",
    )


def eligibility_in(reference: str, answer: XmlMsg) -> Eligibility:
    """Raises CentreFailed: the standing is unknown, or VALID without an insurance."""
    body = _body(answer)
    code = body.qualification_validity
    if code not in [str(int(each)) for each in Standing]:
        raise CentreFailed(shown(code))
    standing = Standing(int(code))
    if standing.is_covered and not body.results:
        raise CentreFailed(code)
    insurance = tuple(insurance_of(each) for each in body.results)
    return Eligibility(reference, standing, insurance, rest=rest_of(answer))


def _body(answer: XmlMsg) -> MessageBody:
    """An answer that has ended normally has one."""
    return answer.message_body or MessageBody()


def _digits(birth: Birth) -> str:
    return birth.isoformat().replace("-", "")
