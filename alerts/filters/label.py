"""What a filter without a name of its own is called on a card: what sets it apart, in a few words."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.filters.asking import sentence
from alerts.filters.criteria import Criteria
from alerts.filters.speech import Speech

__all__ = ["label"]

_PARTS = 2


def label(criteria: Criteria, language: str, names: Mapping[str, str] | None = None) -> str:
    """Its first places, kinds, bodies or words ("Turkistan Region, food"); the whole sentence where it has none.

    "+3" says how many more there are. `names` as for `sentence`.
    """
    speech = Speech(language, names or {})
    parts = [
        *map(speech.place, criteria.regions),
        *map(speech.kind, criteria.categories),
        *map(speech.named, criteria.buyers),
        *map(speech.named, criteria.suppliers),
        *(speech.quoted([word]) for word in criteria.words),
    ]
    if not parts:
        return sentence(criteria, language, names)
    more = f" +{len(parts) - _PARTS}" if len(parts) > _PARTS else ""
    return ", ".join(parts[:_PARTS]) + more
