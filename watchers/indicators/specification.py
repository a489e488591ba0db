"""What a specification may name by the law: the exceptions to the ban on brands and on forbidding analogues.

Law No. 106-VIII, art. 12.4 and 12.5: parts, upgrades and software of what the buyer has already, its repair and
upkeep, leasing, aids and medicines by medical indication. Told by the codes of what is bought, by the names of the
purchase and the lot, and by phrases such as «имеющееся оборудование»; a warranty repair is no repair, and the repair of
a building is no repair of goods.
"""

from __future__ import annotations

from watchers.indicators.lexicon import lexicon
from watchers.indicators.texts import LotTexts, Place

__all__ = ["exception_of"]


def _names(lot: LotTexts, whole: LotTexts) -> int:
    mask = 0
    for text in (*lot.texts, *whole.texts):
        if text.place is Place.NAME:
            mask |= text.mask
    return mask


def exception_of(lot: LotTexts, whole: LotTexts, category: str | None) -> str:
    """Why a brand may be named in a lot, '' if nothing says that it may. `whole` has the name of the purchase."""
    words = lexicon()
    for kind, why in _BY_CODE:
        if lot.coded(kind):
            return why
    names = _names(lot, whole)
    for listed, why in _BY_NAME:
        if names & words.bit(listed):
            return why
    if category in {"works", "services"} and names & words.bit("@service") and not names & words.bit("@building"):
        return "the buyer's own things are repaired or kept up"
    for text in lot.texts:
        for match in text.find(words.patterns("owned", "patient")):
            return _BY_PHRASE[match.kind]
    return ""


_BY_CODE = (
    ("medicine", "medicines"),
    ("aid", "by medical indication"),
    ("part", "parts of what the buyer has"),
    ("servicing", "the buyer's own things are repaired or kept up"),
    ("licence", "software of what the buyer has"),
    ("leasing", "leasing"),
)
_BY_NAME = (
    ("@spare", "parts and supplies for what the buyer has"),
    ("@upgrade", "an upgrade of what the buyer has"),
    ("@licence", "software of what the buyer has"),
    ("@leasing", "leasing"),
)
_BY_PHRASE = {"owned": "for what the buyer has", "patient": "by medical indication"}
