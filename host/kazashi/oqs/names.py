"""Names of files.

    OQSsiquc01req_<suffix>.xml      a request; its answer is …01res_<the same suffix>.xml
    OQSsiquc01req_<suffix>.err      the request failed: in the folder of the answers
    OQSsiquc01res_face_<id>_<yyyyMMddHHmmss>.xml    of a face reader; Japan's time

Source: live samples and chart programs; id: institution and 20 hexadecimal digits.
"""

import re
import secrets
from datetime import datetime
from enum import StrEnum, unique
from typing import Self

from kazashi.reception.japan import JAPAN, aware

_REQUEST = re.compile(r"([A-Za-z]{8}[0-9]{2})req_([0-9]{1,20})\.xml")
_ID_BYTES = 10


@unique
class Kind(StrEnum):
    """What is asked; the value begins the name."""

    ELIGIBILITY = "OQSsiquc01"  # by a certificate
    REGISTRATION = "OQSsiimm01"  # of a 照会番号

    @classmethod
    def of_request(cls, name: str) -> "tuple[Self, str] | None":
        """Kind and suffix; None: it is no request's name."""
        found = _REQUEST.fullmatch(name)
        kinds = {each.value: each for each in cls}
        return (kinds[found[1]], found[2]) if found and found[1] in kinds else None

    def request(self, suffix: str) -> str:
        return f"{self}req_{suffix}.xml"

    def response(self, suffix: str) -> str:
        return f"{self}res_{suffix}.xml"

    def failure(self, suffix: str) -> str:
        return f"{self}req_{suffix}.err"


def face_name(identifier: str, time: str) -> str:
    """Of a face result. `time`: see `time_digits`."""
    return f"OQSsiquc01res_face_{identifier}_{time}.xml"


def new_identifier(institution: str) -> str:
    """Of a face result that no other file has."""
    return institution + secrets.token_hex(_ID_BYTES)


def time_digits(moment: datetime) -> str:
    """yyyyMMddHHmmss in Japan.

    Raises:
        ValueError: `moment` does not say its time zone.
    """
    return aware(moment).astimezone(JAPAN).strftime("%Y%m%d%H%M%S")
