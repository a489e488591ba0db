"""Every word people read: message templates, gettext catalogues, indicator pages. Text only; no code belongs here."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent
WHOLE = ("kk", "ru", "en")
"""What every text is written in: tests keep it so."""
LANGUAGES = (*WHOLE, *sorted({path.name for path in (ROOT / "locale").iterdir() if path.is_dir()} - {*WHOLE}))
"""These, and every other that has a folder of catalogues: English is said where it lacks something."""
