"""ResultOfQualificationConfirmation: one insurance of a person, or their 医療扶助, and consents.

Widths are characters. Where the layout's own is not known, the number is a limit of ours: [U].
"""

from typing import Annotated

from kazashi.oqs.layout import (
    Element,
    Text,
    Text1,
    Text2,
    Text3,
    Text6,
    Text8,
    Text10,
    Text14,
    Text20,
    Text50,
    Text100,
)

Name = Annotated[str, Text(100)]  # [U]
Address = Annotated[str, Text(400)]  # [U]
Remark = Annotated[str, Text(400)]  # [U]

# Spellings of other programs, read only.
PharmacistsFlag = Annotated[str, Text(1, ("PharmaceuticalInfoConsFlg",))]
PharmacistsTime = Annotated[str, Text(14, ("PharmaceuticalInfoConsTime",))]
PharmacistsEnd = Annotated[
    str,
    Text(
        14,
        (
            *("PharmaceuticalInfoAvailableTime", "PharmaceuticalInfoAcquisitionTime"),
            "PharmacistsInfoAcquisitionTime",
        ),
    ),
]
CheckupsEnd = Annotated[str, Text(14, ("SpecificHealthCheckupsInfoAcquisitionTime",))]
DiagnosisTime = Annotated[str, Text(14, ("DiagnosisInfoConsTim",))]
DiagnosisEnd = Annotated[str, Text(14, ("DiagnosisInfoAcquisitionTime",))]
OperationEnd = Annotated[str, Text(14, ("OperationInfoAcquisitionTime",))]


class ElderlyRecipientCertificateInfo(Element):
    """高齢受給者証."""

    elderly_recipient_certificate_date: Text8 = ""
    elderly_recipient_valid_start_date: Text8 = ""
    elderly_recipient_valid_end_date: Text8 = ""
    elderly_recipient_contribution_ratio: Text3 = ""


class LimitApplicationCertificateRelatedInfo(Element):
    """限度額適用認定証."""

    limit_application_certificate_classification: Text2 = ""  # OQSCD011
    limit_application_certificate_classification_flag: Text3 = ""  # OQSCD012
    limit_application_certificate_date: Text8 = ""
    limit_application_certificate_valid_start_date: Text8 = ""
    limit_application_certificate_valid_end_date: Text8 = ""
    limit_application_certificate_long_term_date: Text8 = ""


class SpecificDiseasesCertificateInfo(Element):
    """特定疾病療養受療証."""

    specific_diseases_disease_category: Text1 = ""  # OQSCD013
    specific_diseases_certificate_date: Text8 = ""
    specific_diseases_valid_start_date: Text8 = ""
    specific_diseases_valid_end_date: Text8 = ""
    specific_diseases_self_pay: Text8 = ""  # yen


class SpecificDiseasesCertificateList(Element):
    """One for each disease."""

    specific_diseases_certificate_info: tuple[SpecificDiseasesCertificateInfo, ...] = ()


class MedicalTicketInfo(Element):
    """医療券, 調剤券 of 医療扶助."""

    ticket_type: Text2 = ""  # OQSCD018
    medical_ticket_valid_date: Text8 = ""
    medical_ticket_expiration_date: Text8 = ""
    issue_number: Text20 = ""  # [U]
    medical_treatment_month: Text6 = ""
    designated_medical_institution_code: Text10 = ""
    designated_medical_institution_flag: Text1 = ""  # OQSCD026
    designated_medical_institution_name: Name = ""
    prescription_issuer_medical_institution_code: Text10 = ""
    prescription_issuer_medical_institution_name: Name = ""
    injury_name1: Name = ""
    injury_name2: Name = ""
    injury_name3: Name = ""
    medical_treatment_type: Text2 = ""  # OQSCD019
    self_pay_amount: Text8 = ""  # yen
    district_contact_name: Name = ""
    handling_contact_name: Name = ""
    single_or_combined_use: Text2 = ""  # OQSCD020
    status_of_social_insurance: Text2 = ""  # OQSCD021
    consistency_flag: Text1 = ""  # OQSCD022
    status_of_infecton: Text2 = ""  # sic; OQSCD023
    status_of_elderly_medical_care: Text2 = ""  # OQSCD024
    status_of_prefectural_expenses: Text2 = ""  # OQSCD025
    remarks1: Remark = ""
    remarks2: Remark = ""
    remarks3: Remark = ""


class PublicExpenseResultList(Element):
    """One for each month."""

    medical_ticket_info: tuple[MedicalTicketInfo, ...] = ()


class ResultOfQualificationConfirmation(Element):
    """As the centre wrote it."""

    insured_card_classification: Text2 = ""  # OQSCD010
    insurer_number: Text8 = ""  # padded with blanks from the left
    insured_card_symbol: Text20 = ""
    insured_identification_number: Text20 = ""
    insured_branch_number: Text2 = ""
    personal_family_classification: Text1 = ""  # OQSCD009
    insured_name: Name = ""  # of the insured person, or the head of the household
    name: Name = ""
    name_of_other: Name = ""  # 通称
    name_kana: Name = ""  # half-width
    name_of_other_kana: Name = ""
    sex1: Text1 = ""  # OQSCD007
    sex2: Text1 = ""  # only if the paper hides it
    birthdate: Text8 = ""
    address: Address = ""
    post_number: Text8 = ""
    qualification_date: Text8 = ""
    disqualification_date: Text8 = ""
    insured_certificate_issuance_date: Text8 = ""
    insured_card_valid_date: Text8 = ""
    insured_card_expiration_date: Text8 = ""
    insured_partial_contribution_ratio: Text3 = ""
    preschool_classification: Text1 = ""  # OQSCD015
    reason_of_loss: Text2 = ""  # OQSCD008
    insurer_name: Name = ""
    elderly_recipient_certificate_info: ElderlyRecipientCertificateInfo | None = None
    limit_application_certificate_related_cons_flg: Text1 = ""  # OQSCD001
    limit_application_certificate_related_cons_time: Text14 = ""
    limit_application_certificate_related_info: LimitApplicationCertificateRelatedInfo | None = None
    limit_application_certificate_changed: Text1 = ""  # OQSCD014; bulk
    specific_diseases_certificate_related_cons_flg: Text1 = ""  # OQSCD016, and all below
    specific_diseases_certificate_related_cons_time: Text14 = ""
    specific_diseases_certificate_list: SpecificDiseasesCertificateList | None = None
    public_expense_result_list: PublicExpenseResultList | None = None
    specific_health_checkups_info_cons_flg: Text1 = ""
    specific_health_checkups_info_cons_time: Text14 = ""
    specific_health_checkups_info_available_time: CheckupsEnd = ""
    pharmacists_info_cons_flg: PharmacistsFlag = ""
    pharmacists_info_cons_time: PharmacistsTime = ""
    pharmacists_info_available_time: PharmacistsEnd = ""
    diagnosis_info_cons_flg: Text1 = ""
    diagnosis_info_cons_time: DiagnosisTime = ""
    diagnosis_info_available_time: DiagnosisEnd = ""
    operation_info_cons_flg: Text1 = ""
    operation_info_cons_time: Text14 = ""
    operation_info_available_time: OperationEnd = ""
    diagnosis_name_cons_flg: Text1 = ""
    diagnosis_name_cons_time: Text14 = ""
    diagnosis_name_available_time: Text14 = ""
    infectious_info_cons_flg: Text1 = ""
    infectious_info_cons_time: Text14 = ""
    infectious_info_available_time: Text14 = ""
    allergy_info_cons_flg: Text1 = ""
    allergy_info_cons_time: Text14 = ""
    allergy_info_available_time: Text14 = ""
    contraindication_info_cons_flg: Text1 = ""
    contraindication_info_cons_time: Text14 = ""
    contraindication_info_available_time: Text14 = ""
    test_info_cons_flg: Text1 = ""
    test_info_cons_time: Text14 = ""
    test_info_available_time: Text14 = ""
    prescription_info_cons_flg: Text1 = ""
    prescription_info_cons_time: Text14 = ""
    prescription_info_available_time: Text14 = ""
    reference_number: Text50 = ""  # 照会番号
    qualification_confirmation_key: Text100 = ""  # [U]
    arbitrary_identifier: Text50 = ""  # one chart program's class has these two here
    prescription_issue_select: Text1 = ""  # written in the body
