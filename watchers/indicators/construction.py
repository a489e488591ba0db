"""Whether a lot is construction: by the publisher's sign and by its words.

Current and medium repair, restoration and landscaping are works not connected with construction (Rules No. 687, p. 72),
though buyers put them under the codes of construction and often tick its sign.
"""

from __future__ import annotations

from watchers.indicators.lawful import UnderLaw
from watchers.indicators.scope import features_of, item_text, items_of, titles
from watchers.ocds import Item, Lot, Release
from watchers.rules.things import word_kinds

__all__ = ["construction_lots", "is_turnkey", "words_of"]


def words_of(release: Release, item: Item, lot: Lot | None) -> frozenset[str]:
    """What the words of a lot say it is; where they say nothing, those of the title of the announcement."""
    own = word_kinds(item_text(item, lot))
    return own if own & {"repair", "capital", "design", "supervision"} else own | word_kinds(titles(release))


def construction_lots(release: Release) -> list[tuple[Item, Lot | None]]:
    """The items with the sign of construction works that do not call themselves repair or designing."""
    found = []
    for item, lot in items_of(release):
        features = features_of(release, lot)
        if "constructionWork" not in features or "preparesDesign" in features:
            continue
        words = words_of(release, item, lot)
        if not words & {"design", "supervision"} and ("repair" not in words or "capital" in words):
            found.append((item, lot))
    return found


def is_turnkey(purchase: UnderLaw) -> bool:
    """Whether it is a tender for construction turnkey, where the supplier designs as well."""
    method = purchase.procedure.method
    return method is not None and "turnkey" in word_kinds(method.name_ru)
