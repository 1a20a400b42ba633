"""Codes of OQSCD001 to 044 with their Japanese: of insurance and consents; others: see below.

codes_welfare.py has those of 医療扶助 (018 to 026), codes_care.py those of visits at home, online
and in emergencies, of settings and of linked systems (027 to 044).

Source: 別紙5-1 業務コード仕様, as quoted in public code of chart programs. Codes that are not in a
table stay as they are: a member is made of a known code alone.
"""

from enum import StrEnum, unique
from typing import Self


class Code(StrEnum):
    """A member is its code. `label`: its Japanese."""

    _value_: str
    label: str

    def __new__(cls, code: str, label: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    @classmethod
    def of(cls, code: str) -> Self | None:
        """None: a code that is not known here."""
        return next((each for each in cls if each.value == code), None)


@unique
class LimitConsent(Code):
    """OQSCD001, 限度額. At a face reader it is not asked any more: 0 is no refusal there."""

    NOT_AGREED = "0", "未同意"
    AGREED = "1", "同意"


@unique
class ReferenceClassification(Code):
    """OQSCD002. A, B and C in files of one chart program are its own."""

    CARD = "1", "マイナンバーカード"
    PAPER = "2", "被保険者証情報"


@unique
class SegmentOfResult(Code):
    """OQSCD003."""

    NORMAL = "1", "正常終了"
    PROCESSING = "2", "処理中"
    ABNORMAL = "9", "異常終了"


@unique
class ProcessingResultStatus(Code):
    """OQSCD004."""

    NORMAL = "1", "正常終了"
    ERROR = "2", "エラー"


@unique
class CharacterCode(Code):
    """OQSCD005 as one program has it; files have 0 and 1 instead [U]: see `Encoding`."""

    UTF_8 = "1", "UTF8"
    SHIFT_JIS = "2", "Shift_JIS"


@unique
class QualificationValidity(Code):
    """OQSCD006. The values of `Standing`."""

    VALID = "1", "有効"
    INVALID = "2", "無効"
    INVALID_NEWER = "3", "無効（新しい資格あり）"
    NONE = "4", "該当資格なし"
    SEVERAL = "5", "複数該当"  # medical insurance alone
    WELFARE_UNREGISTERED = "6", "有効（未登録）"  # 医療扶助 alone


@unique
class SexCode(Code):
    """OQSCD007."""

    MALE = "1", "男"
    FEMALE = "2", "女"
    UNSET = "3", "未設定"


@unique
class ReasonOfLoss(Code):
    """OQSCD008."""

    DEATH = "01", "死亡"
    WELFARE = "02", "生活保護受給開始"
    OTHER_INSURANCE = "03", "医療保険等の資格取得"
    OTHER = "99", "その他"


@unique
class PersonalFamilyClassification(Code):
    """OQSCD009."""

    PERSON = "1", "本人"
    FAMILY = "2", "家族"


@unique
class InsuredCardClassification(Code):
    """OQSCD010."""

    GENERAL = "01", "被保険者証（一般）"
    RETIRED = "02", "被保険者証（退職）"
    SHORT = "03", "短期被保険者証（一般）"
    SHORT_RETIRED = "04", "短期被保険者証（退職）"
    SPECIAL = "05", "特別療養費支給対象者"  # 資格証明書 before
    SPECIAL_RETIRED = "06", "特例退職被保険者証"
    DEFENCE = "07", "自衛官診療証"
    WELFARE = "A1", "医療扶助"


@unique
class LimitClassification(Code):
    """OQSCD011."""

    LIMIT = "01", "限度額適用認定証"
    LIMIT_AND_REDUCTION = "02", "限度額適用・標準負担額減額認定証"
    REDUCTION = "03", "標準負担額減額認定証"


@unique
class LimitClass(Code):
    """OQSCD012. A: below 70; B01 to B06: 70 to 74; from B07 on: 75 and older."""

    A01 = "A01", "ア"
    A02 = "A02", "イ"
    A03 = "A03", "ウ"
    A04 = "A04", "エ"
    A05 = "A05", "オ"
    A06 = "A06", "オ（境）"
    B01 = "B01", "現役並みⅢ"
    B02 = "B02", "現役並みⅡ"
    B03 = "B03", "現役並みⅠ"
    B04 = "B04", "一般"
    B05 = "B05", "低所得Ⅱ"
    B06 = "B06", "低所得Ⅰ"
    B07 = "B07", "低所得Ⅰ（老福）"
    B08 = "B08", "低所得Ⅰ（境）"
    B09 = "B09", "一般Ⅱ"
    B10 = "B10", "一般Ⅰ"


@unique
class DiseaseCategory(Code):
    """OQSCD013."""

    DIALYSIS = "1", "人工透析を必要とする慢性腎不全"
    COAGULATION = "2", "先天性血液凝固因子障害（第VIII因子、第IX因子）"
    HIV = "3", "血液凝固因子製剤の投与に起因するHIV感染症"


@unique
class LimitChanged(Code):
    """OQSCD014."""

    UNCHANGED = "0", "変更なし"
    CHANGED = "1", "変更あり／判定不能"


@unique
class Preschool(Code):
    """OQSCD015. One program also knows 2, 就学中 [U]."""

    PRESCHOOL = "1", "未就学"


@unique
class ConsentCode(Code):
    """OQSCD016. The values of `State`."""

    NONE = "0", "同意なし"
    GIVEN = "1", "同意あり"
    EXPIRED = "2", "有効期限切れ"
    HARD_TO_OBTAIN = "3", "取得困難"


@unique
class PrescriptionIssueSelect(Code):
    """OQSCD017. The values of `Prescription`."""

    ELECTRONIC = "1", "電子処方箋"
    PAPER = "2", "紙の処方箋"


@unique
class ConsentGroup(Code):
    """OQSCD036. Which flags each sets: `Group` of the reception, and face.py."""

    SPECIFIED_DISEASE = "TSR", "特定疾病療養受療証"
    CHECKUPS = "TKK", "特定健診情報"
    MEDICATION = "YZK", "薬剤情報・処方情報"
    TREATMENT = "SRJ", "診療情報・その他アレルギー等・薬剤アレルギー等・検査"
    SURGERY = "SHJ", "手術情報・傷病名・感染症"


@unique
class PrescriptionAsked(Code):
    """OQSCD039: when the prescription's form is asked."""

    ELSEWHERE = "1", "資格確認時以外で確認する"
    AT_CHECK_IN = "2", "資格確認時に確認する"
