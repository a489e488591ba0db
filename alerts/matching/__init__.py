"""From an event to the people who asked for it: the index of all filters, and the matcher that fills the outbox."""

from alerts.matching.index import Index
from alerts.matching.matcher import Matched, Matcher

__all__ = ["Index", "Matched", "Matcher"]
