"""The declaration as a PDF of A4, for paper: reportlab (`kazashi[paper]`).

In Japanese alone, as the form that it stands for. The fonts are the viewer's: Japanese ones of
Adobe-Japan1, which PDF viewers bring along or take from the system.

It is to be compared with the official form, and says so.
"""

from collections.abc import Mapping
from functools import partial
from io import BytesIO
from typing import TypeVar
from xml.sax.saxutils import escape

from kazashi.cards.birth import Birth
from kazashi.cards.surface import Sex
from kazashi.errors import not_installed
from kazashi.reception.papers.declaration import Declaration, Insurance, Numbers, Since

try:
    from reportlab.lib.colors import black, whitesmoke
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table
except ImportError as error:
    raise not_installed(error, "paper") from error

_T = TypeVar("_T")

_FONT = "HeiseiKakuGo-W5"
_ENCODING = "UniJIS-UTF16-H"  # reportlab's own choice, UCS2, lacks 﨑 and 𠮷 of people's names
_WIDE, _HIGH = A4  # points
_MARGIN = 45
_WIDTH = _WIDE - 2 * _MARGIN
_TEXT = ParagraphStyle("text", fontName=_FONT, fontSize=10.5, leading=15, wordWrap="CJK")
_TITLE = ParagraphStyle("title", _TEXT, fontSize=18, leading=28, alignment=1)
_HEADING = ParagraphStyle("heading", _TEXT, fontSize=12, leading=20, spaceBefore=8)
_TEST = "テスト TEST: 受付には使えません"
_NOT_OFFICIAL = "様式: Kazashi。厚生労働省の公式の様式と照合してから使用してください。"
_AGREED = (
    "後日、保険者に確認することに同意します。内容が事実とちがうときは、医療費をお支払い"
    "いただくことがあります。保険の番号などがわかったら、受診した医療機関等にお知らせください。"
)
_UNKNOWN = "わからない"
_GAP = "\u00a0" * 4  # blanks that reportlab does not make one of

_INSURANCES = {
    Insurance.EMPLOYEES: "社保",
    Insurance.NATIONAL: "国保",
    Insurance.ELDERLY: "後期高齢者",
    Insurance.UNKNOWN: _UNKNOWN,
}
_SINCE = {Since.ONE_MONTH: "1か月以内", Since.LONGER: "それより前", Since.UNKNOWN: _UNKNOWN}
_SHARES = {3: "3割", 2: "2割", 1: "1割", None: _UNKNOWN}
_NUMBERS = {Numbers.CURRENT: "現在のもの", Numbers.FORMER: "以前のもの", Numbers.NONE: _UNKNOWN}
_SEXES = {
    Sex.MALE: "男",
    Sex.FEMALE: "女",
    Sex.UNKNOWN: "不明(0)",
    Sex.UNSET: "未設定(3)",
    Sex.NOT_APPLICABLE: "適用不能(9)",
}


def declaration_pdf(declared: Declaration, remarks: str, *, is_test: bool) -> bytes:
    """`declared` on the form, with `remarks`, the text of 摘要欄, in the part of the office."""
    font = UnicodeCIDFont(_FONT)
    font.encodingName = _ENCODING
    pdfmetrics.registerFont(font)  # pyright: ignore[reportUnknownMemberType]
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title="被保険者資格申立書",
    )
    marks = partial(_mark, is_test=is_test)
    document.build(_story(declared, remarks), onFirstPage=marks, onLaterPages=marks)
    return out.getvalue()


def _story(declared: Declaration, remarks: str) -> list[Flowable]:
    return [
        Paragraph("被保険者資格申立書", _TITLE),
        Paragraph("有効な保険の資格があり、その内容は次のとおりです。", _TEXT),
        Paragraph("1 保険の資格について", _HEADING),
        _table(_insurance_rows(declared), height=24),
        Paragraph("2 マイナンバーカードに書かれている事項(個人番号は書かないでください)", _HEADING),
        _table(_person_rows(declared), height=29),
        Spacer(0, 8),
        Paragraph(_AGREED, _TEXT),
        Spacer(0, 8),
        _table(
            [("記入した日", _day(declared.signed)), ("署名(ご本人・ご家族など)", "")], height=32
        ),
        Paragraph("窓口で記入", _HEADING),
        _table(_office_rows(declared, remarks), height=24),
    ]


def _insurance_rows(declared: Declaration) -> list[tuple[str, str]]:
    numbers = _boxes(_NUMBERS, declared.numbers)
    if declared.numbers is not Numbers.NONE:
        parts = (
            ("保険者番号", declared.insurer),
            ("記号", declared.symbol),
            ("番号", declared.number),
        )
        numbers += "\n" + _GAP.join(f"{name} {each}" for name, each in parts if each)
    return [
        ("保険の種類", _boxes(_INSURANCES, declared.insurance)),
        ("保険者の名前", declared.insurer_name or _box(_UNKNOWN, is_ticked=True)),
        ("勤め先(事業所名)", declared.employer or _box(_UNKNOWN, is_ticked=True)),
        ("資格を得た時期", _boxes(_SINCE, declared.since)),
        ("窓口での負担割合", _boxes(_SHARES, declared.share)),
        ("保険の番号", numbers),
    ]


def _person_rows(declared: Declaration) -> list[tuple[str, str]]:
    kana = f" ({declared.kana})" if declared.kana else ""
    return [
        ("氏名(フリガナ)", declared.name + kana),
        ("生年月日", _day(declared.birth)),
        ("性別", _sex(declared.sex)),
        ("住所", declared.address),
        ("電話番号", declared.telephone),
    ]


def _office_rows(declared: Declaration, remarks: str) -> list[tuple[str, str]]:
    return [
        ("受付番号", declared.visit or "－"),
        ("マイナンバーカードの提示", "あり"),
        ("確認した職員", declared.staff),
        ("摘要欄の文", remarks or "なし"),
    ]


def _boxes(labels: Mapping[_T, str], chosen: _T) -> str:
    return _GAP.join(_box(label, is_ticked=each == chosen) for each, label in labels.items())


def _box(label: str, *, is_ticked: bool) -> str:
    return f"{'■' if is_ticked else '□'}{label}"


def _sex(sex: Sex) -> str:
    """Both boxes of the form; another code as it stands."""
    boxes = _boxes({each: _SEXES[each] for each in (Sex.MALE, Sex.FEMALE)}, sex)
    return (
        boxes
        if sex in (Sex.MALE, Sex.FEMALE)
        else f"{boxes}{_GAP}{_box(_SEXES[sex], is_ticked=True)}"
    )


def _day(day: Birth) -> str:
    """Unknown parts as zeros, as they are kept."""
    return f"{day.year:04}年{day.month:02}月{day.day:02}日"


def _table(rows: list[tuple[str, str]], height: float) -> Table:
    """`height`: of a row, at least."""
    return Table(
        [[_paragraph(each) for each in row] for row in rows],
        colWidths=(_WIDTH * 0.3, _WIDTH * 0.7),
        minRowHeights=[height] * len(rows),
        style=[
            ("GRID", (0, 0), (-1, -1), 0.6, black),
            ("BACKGROUND", (0, 0), (0, -1), whitesmoke),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ],
    )


def _paragraph(text: str) -> Paragraph:
    return Paragraph(escape(text).replace("\n", "<br/>"), _TEXT)


def _mark(canvas: Canvas, _document: object, *, is_test: bool) -> None:
    """What stands on each page: where the form comes from, and the band of a test."""
    canvas.setFont(_FONT, 8)
    canvas.drawCentredString(_WIDE / 2, 26, _NOT_OFFICIAL)
    if is_test:
        top = _HIGH - 30
        canvas.setFillGray(0)
        canvas.rect(_MARGIN, top, _WIDTH, 20, fill=1)
        canvas.setFillGray(1)
        canvas.setFont(_FONT, 12)
        canvas.drawCentredString(_WIDE / 2, top + 6, _TEST)
        canvas.setFillGray(0)
