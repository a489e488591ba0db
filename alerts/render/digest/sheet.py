"""The rows of a digest as a table to work with: CSV, or a workbook."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

from alerts.channels.email.mail import Attachment
from alerts.i18n import translator
from alerts.mail.tables import Attach
from alerts.render.digest.edition import Edition, weight
from alerts.render.sentences import Sentences
from watchers.places import region

__all__ = ["attachment", "rows"]

_FORMULAS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
)  # what a spreadsheet would run: https://owasp.org/www-community/attacks/CSV_Injection
_BOM = "\ufeff"  # or a spreadsheet takes Cyrillic for something else
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _safe(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value


def rows(edition: Edition, sentences: Sentences) -> Iterator[list[object]]:
    """The heading, then one row a purchase: amounts as numbers, moments as ISO 8601 in the reader's zone."""
    _ = translator(edition.language).gettext
    yield [
        _("Tender"), _("Buyer"), _("Region"), _("Amount"), _("Currency"), _("Method"), _("Published"), _("Deadline"),
        _("Heaviest flag (1-5)"), _("Flags"), _("Reasons"), _("Filters"), _("New"), _("Evidence page"), _("Portal"),
    ]  # fmt: skip
    for entry in (*edition.news, *edition.again, *edition.changed):
        card = entry.card
        summary = card.summary
        found = [sentences.of(one, edition.language, edition.zone, edition.now) for one in card.flags]
        place = region(summary.region) if summary.region else None
        yield [
            summary.titles.get(edition.language) or summary.title,
            summary.buyer_names.get(edition.language) or summary.buyer_name,
            place.name(edition.language) if place else "",
            float(summary.amount) if summary.amount is not None else "",
            summary.currency, summary.method,
            summary.published_at.isoformat() if summary.published_at else "",
            summary.closes_at.isoformat() if summary.closes_at else "",
            weight(entry), ", ".join(one.indicator for one in card.flags),
            " ".join(f"{one.lead}{one.rest}" for one in found), "; ".join(entry.filters),
            _("no") if entry.changes is not None or entry.again else _("yes"),
            edition.links.public.tender(card.tender_id), card.link,
        ]  # fmt: skip


def attachment(edition: Edition, kind: Attach, sentences: Sentences) -> Attachment | None:
    """The file that was asked for; None for none, or where there is no row."""
    if kind is Attach.NOTHING or not edition.entries:
        return None
    name = f"baqylau-{edition.run_date.isoformat()}.{kind.value}"
    table = list(rows(edition, sentences))
    if kind is Attach.CSV:
        text = StringIO(newline="")
        csv.writer(text).writerows([_safe(value) for value in row] for row in table)
        return Attachment(name, "text/csv; charset=utf-8", (_BOM + text.getvalue()).encode())
    return Attachment(name, _XLSX, _workbook(table))


def _workbook(table: list[list[object]]) -> bytes:
    import xlsxwriter  # noqa: PLC0415 - few ask for it, and it is large

    stored = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stored, options) as book:
        sheet = book.add_worksheet("Baqylau")
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for number, row in enumerate(table):
            sheet.write_row(number, 0, row, bold if number == 0 else None)
        sheet.autofilter(0, 0, len(table) - 1, len(table[0]) - 1)
        sheet.set_column(0, 1, 50)
        sheet.set_column(9, 11, 40)
    return stored.getvalue()
