"""Codes of visits at home, online and in emergencies, of settings and linked systems; see codes.py.

OQSCD027 to 044 without 036 and 039. No file that this package writes has them.
"""

from enum import unique

from kazashi.oqs.codes import Code


@unique
class SamePerson(Code):
    """OQSCD027, 同一個人有無フラグ."""

    SAME = "1", "同一個人あり"


@unique
class MedicalTreatmentFlag(Code):
    """OQSCD028."""

    OUTPATIENT = "1", "外来"
    VISIT = "2", "訪問診療等"
    ONLINE = "3", "オンライン診療等"
    EMERGENCY = "4", "救急時"


@unique
class MedicalInformation(Code):
    """OQSCD029, 医療情報種別."""

    CHECKUPS = "TKK", "特定健診情報"
    MEDICATION = "YZK", "薬剤情報等"


@unique
class MedicationShown(Code):
    """OQSCD030, 薬剤情報等."""

    HIDDEN = "0", "表示しない"
    SHOWN = "1", "表示する"


@unique
class ConsentEnded(Code):
    """OQSCD031, 同意有効期限切れ理由."""

    BY_FORM_OF_CARE = "0", "診療形態毎に異なる"
    BY_INSTITUTION = "1", "医療機関による同意取り消し"
    BY_PATIENT = "2", "患者による同意取り消し"
    BY_USE = "3", "用途変更による同意取り消し"


@unique
class InsuranceChanged(Code):
    """OQSCD032, 資格情報変更確認フラグ."""

    SAME = "0", "一致"
    OTHER = "1", "不一致"


@unique
class AddressFor(Code):
    """OQSCD033, URL取得区分."""

    VISIT = "2", "訪問診療等"
    ONLINE = "3", "オンライン診療等"


@unique
class AddressForm(Code):
    """OQSCD034; its own name is not known [U]."""

    PDF = "1", "PDF形式"
    PNG = "2", "PNG形式"


@unique
class AddressChanges(Code):
    """OQSCD035; its own name is not known [U]."""

    STAYS = "0", "変更しない"
    CHANGES = "1", "変更する"


@unique
class Used(Code):
    """OQSCD037, 利用設定区分."""

    NOT_USED = "0", "利用しない"
    USED = "1", "利用する"


@unique
class PrescriptionsUsed(Code):
    """OQSCD038, 電子処方箋利用区分."""

    NONE = "0", "利用しない"
    ELECTRONIC = "1", "電子処方箋のみ"
    BOTH = "2", "電子処方箋+紙の処方箋併用"
    PAPER = "3", "紙の処方箋のみ"


@unique
class InformationRequest(Code):
    """OQSCD040, 情報要求パターン."""

    EMERGENCY_SUMMARY = "1", "救急用サマリー"
    EMERGENCY_ALL = "2", "救急用全量版"
    EMERGENCY_AND_PRESCRIPTIONS = "3", "電子処方箋+救急用サマリー+救急用全量版"
    MEDICATION = "4", "現行通りの薬剤情報"
    TREATMENT_AND_MEDICATION = "5", "現行通りの診療／薬剤情報"
    CHECKUPS = "6", "現行通りの特定健診情報"


@unique
class SecondFactor(Code):
    """OQSCD041, 二要素認証要素区分, of staff."""

    KNOWLEDGE = "1", "記憶"
    BODY = "2", "生体情報"
    OBJECT = "3", "物理媒体"


@unique
class ByKnowledge(Code):
    """OQSCD042, 二要素認証方式区分, if 041 is 1."""

    PASSWORD = "01", "ID/パスワード"
    PIN = "02", "暗証番号(PINコード)"
    QUESTION = "03", "秘密の質問"


@unique
class ByBody(Code):
    """OQSCD042, if 041 is 2."""

    FINGERPRINT = "01", "指紋認証"
    FACE = "02", "顔認証"
    VOICE = "03", "音声認証"
    VEINS = "04", "静脈認証"
    IRIS = "05", "虹彩認証"


@unique
class ByObject(Code):
    """OQSCD042, if 041 is 3."""

    CARD = "01", "ICカード"
    ONE_TIME_PASSWORD = "02", "ワンタイムパスワード"
    OTHER = "03", "その他の物理媒体"


@unique
class EmergencyAccess(Code):
    """OQSCD043, 救急時閲覧権限有無."""

    NONE = "0", "権限無し"
    GIVEN = "1", "権限あり"


@unique
class LinkedSystem(Code):
    """OQSCD044, 連携システムID. Whether all have two digits is not known [U]."""

    SUBSIDIES = "01", "医療費助成"
    MATERNITY = "2", "母子保健"
    VACCINATION = "4", "予防接種"
    NURSING = "8", "介護保険"
