"""A letter as a Word document. The library that writes it is loaded when the first one is asked for."""

from __future__ import annotations

from io import BytesIO

from bot.learn.letters import Letter

__all__ = ["DOCX", "docx_of"]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FONT = "Times New Roman"


def docx_of(letter: Letter) -> bytes:
    """The letter as the bytes of a .docx: A4, the margins and the letter size of official papers; no author in it."""
    from docx import Document  # noqa: PLC0415 - 10 MB that only who writes letters needs
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Mm, Pt  # noqa: PLC0415

    paper = Document()
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin, page.right_margin = Mm(30), Mm(15)
    page.top_margin, page.bottom_margin = Mm(20), Mm(20)
    normal = paper.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(12)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    normal.paragraph_format.space_after = Pt(4)

    def line(text: str, *, bold: bool = False, where: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT) -> None:
        paragraph = paper.add_paragraph()
        paragraph.alignment = where
        paragraph.add_run(text).bold = bold

    for text in (letter.addressee, *letter.sender):
        line(text, where=WD_ALIGN_PARAGRAPH.RIGHT)
    line("")
    line(letter.title, bold=True, where=WD_ALIGN_PARAGRAPH.CENTER)
    line(letter.subject, where=WD_ALIGN_PARAGRAPH.CENTER)
    for section in letter.sections:
        line(section.title, bold=True)
        for number, text in enumerate(section.lines, 1):
            line(f"{number}. {text}" if section.numbered else text)
    line("")
    line(letter.claim)
    line("")
    for text in letter.closing:
        line(text)
    about = paper.core_properties
    about.author, about.last_modified_by, about.comments, about.title = "", "", "", letter.title
    about.language = letter.language
    out = BytesIO()
    paper.save(out)
    return out.getvalue()
