"""A simulated centre without any data. It plays each answer; each is marked as simulated."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from kazashi.reception.centre import (
    CentreError,
    CertificateState,
    Completion,
    Eligibility,
    Identity,
    Standing,
    Who,
)
from kazashi.reception.rules import Group

SOMEBODY = {  # an insurance: person and insurer are made up
    "InsuredCardClassification": "01",
    "InsurerNumber": "06139992",
    "InsuredCardSymbol": "見本１２",
    "InsuredIdentificationNumber": "1234567",
    "InsuredBranchNumber": "00",
    "PersonalFamilyClassification": "1",
    "Name": "見本　太郎",
    "NameKana": "ﾐﾎﾝ ﾀﾛｳ",
    "Sex1": "1",
    "Birthdate": "19800115",
    "Address": "東京都架空市見本町１－２－３",
    "PostNumber": "199-0001",
    "QualificationDate": "20250401",
    "InsuredCertificateIssuanceDate": "20250401",
    "InsuredCardValidDate": "20250401",
    "InsurerName": "見本健康保険組合",
    "ReferenceNumber": "A-00123",  # 照会番号, as the clinic has registered it
}


@dataclass
class SimulatedCentre:
    """Raise the errors of `fails`, one for each question; then answer after `delay_s`.

    `standing`: what is known of the person. `registered`: the standing once they register, if they
    have not yet; None: they have. `insurance`: sent if the person is covered. The rest: see
    `Identity`.
    """

    standing: Standing = Standing.VALID
    registered: Standing | None = None
    groups: tuple[Group, ...] = tuple(Group)
    subsidies: tuple[str, ...] = ()
    asks_prescription: bool = True
    certificate: CertificateState = CertificateState.VALID
    message: str = ""
    delay_s: float = 0.0
    fails: Iterable[CentreError] = ()
    insurance: tuple[Mapping[str, str], ...] = ()
    sleep: Callable[[float], object] = time.sleep
    _fails: Iterable[CentreError] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._fails = iter(self.fails)

    def identify(self, reference: str, who: Who) -> Identity:
        del who  # it has no data
        self._answer_or_fail()
        return Identity(
            reference,
            self.standing,
            self.registered is None,
            self.groups,
            self.subsidies,
            self.asks_prescription,
            self.certificate,
            self.message,
            is_simulated=True,
        )

    def complete(self, completion: Completion) -> Eligibility:
        self._answer_or_fail()
        standing = self.standing
        if completion.registers and self.registered is not None:
            standing = self.registered
        insurance = self.insurance if standing.is_covered else ()
        return Eligibility(completion.reference, standing, insurance, is_simulated=True)

    def _answer_or_fail(self) -> None:
        self.sleep(self.delay_s)
        for error in self._fails:
            raise error
