"""Every word people read: message templates, gettext catalogues, indicator pages. Text only; no code belongs here."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent
LANGUAGES = ("kk", "ru", "en")
