"""Rules as dated data: law tables, thresholds, calendars, code lists.

Each row says from when it holds, by which source, when it was checked and how sure we are.
"""

from __future__ import annotations

from watchers.rules.calendars import Calendar
from watchers.rules.law import Failure, Law, Requirement
from watchers.rules.lookup import Limit, Rules, load_rules
from watchers.rules.tables import BaseAmount, Confidence, CountedFrom, Method, Window

__all__ = [
    "BaseAmount",
    "Calendar",
    "Confidence",
    "CountedFrom",
    "Failure",
    "Law",
    "Limit",
    "Method",
    "Requirement",
    "Rules",
    "Window",
    "load_rules",
]
