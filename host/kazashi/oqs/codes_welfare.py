"""Codes of 医療扶助 and its tickets, OQSCD018 to 026; see codes.py."""

from enum import unique

from kazashi.oqs.codes import Code


@unique
class TicketType(Code):
    """OQSCD018."""

    MEDICAL = "01", "医療券"
    DISPENSING = "02", "調剤券"


@unique
class MedicalTreatmentType(Code):
    """OQSCD019."""

    INPATIENT = "01", "入院"
    OUTPATIENT = "02", "入院外"
    DENTAL = "03", "歯科"
    DISPENSING = "04", "調剤"
    NURSING = "05", "訪問看護"


@unique
class SingleOrCombinedUse(Code):
    """OQSCD020."""

    SINGLE = "01", "単独"
    COMBINED = "02", "併用"


@unique
class Presence(Code):
    """OQSCD021 社会保険, OQSCD023 感染症, OQSCD024 後期高齢者医療, OQSCD025 都道府県費."""

    PRESENT = "01", "あり"
    ABSENT = "02", "なし"


@unique
class ConsistencyFlag(Code):
    """OQSCD022."""

    INCONSISTENT = "1", "不整合"


@unique
class DesignatedInstitution(Code):
    """OQSCD026."""

    SAME = "0", "一致"
    OTHER = "1", "不一致"
