"""`baqylau add-indicator CODE NAME`: writes all the files of a new indicator, so that the tests pass right after.

What is written is a working example, marked as one in the module's docstring and in tier C; docs/indicators.md says
what to put in its place. The patterns of the files are in `templates/scaffold`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from string import Template

from bot.indicator_list import PLACE
from templates import ROOT as TEMPLATES
from templates import WHOLE
from watchers.indicators import base

__all__ = ["ScaffoldError", "add_indicator"]

_CODE = re.compile(r"(R\d{3}|KZ-\d{2})")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 ,'-]{2,59}")


class ScaffoldError(ValueError):
    """The code or the name cannot be used, or files are in the way. Raised before anything is written."""


def add_indicator(root: Path, code: str, name: str) -> list[Path]:
    """Write module, fixtures and pages under `root`, a checkout; bring the list in the docs up to date.

    `code` is R074 (Open Contracting Partnership's numbering) or KZ-29, `name` the English catalogue name. Returns the
    paths written, the list last. Raises ScaffoldError for a code that is taken or malformed, or a `root` that is no
    checkout.
    """
    if not _CODE.fullmatch(code):
        raise ScaffoldError(f"add-indicator: {code!r} is not a code; write one like R074 or KZ-29")
    if not _NAME.fullmatch(name):
        raise ScaffoldError(
            f"add-indicator: {name!r} cannot be a name; write 3 to 60 English letters, digits, blanks and , ' -"
        )
    for needed in (root / "watchers" / "indicators", root / "tests", root / PLACE):
        if not needed.exists():
            raise ScaffoldError(f"add-indicator: {root} is not a checkout ({needed} is missing); run it inside one")
    _refuse_taken(root, code)
    files = {root / path: text for path, text in _files(code, name).items()}
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    # A process of its own: it sees the new module, and the packages of `root` rather than those that run this.
    subprocess.run([sys.executable, "-m", "bot.indicator_list"], cwd=root, check=True)
    return [*files, root / PLACE]


def _refuse_taken(root: Path, code: str) -> None:
    taken = [
        *(root / "watchers" / "indicators").glob(f"{_module_prefix(code)}_*.py"),
        *(root / "tests" / "watchers" / "indicators" / "fixtures").glob(f"{code}-*.json"),
        *(root / "templates" / "indicators").glob(code),
    ]
    if taken:
        raise ScaffoldError(f"add-indicator: {code} is taken ({taken[0].relative_to(root)}); choose another code")


def _module_prefix(code: str) -> str:
    return code.replace("-", "").lower()


def _class_name(name: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", name.replace("'", ""))
    joined = "".join(word[0].upper() + word[1:].lower() for word in words)
    return joined + "Indicator" if joined in {*base.__all__, "Period", "Release"} else joined


def _files(code: str, name: str) -> dict[Path, str]:
    values = {"code": code, "name": name, "class_name": _class_name(name)}
    slug = "_".join(re.findall(r"[a-z0-9]+", name.lower().replace("'", "")))
    files = {
        Path("watchers", "indicators", f"{_module_prefix(code)}_{slug}.py"): _fill("indicator.txt", values),
        **_fixture(code, "a-year", "2025-03-01T09:00:00Z", {"status": "fired", "value": 365, "threshold": 365}),
        **_fixture(code, "a-day-less", "2025-02-28T09:00:00Z", {"status": "clear"}),
    }
    for language in WHOLE:
        page = Path("templates", "indicators", code, f"{language}.md")
        files[page] = _fill(f"page.{language}.txt", values)
    return files


def _fill(pattern: str, values: dict[str, str]) -> str:
    return Template((TEMPLATES / "scaffold" / pattern).read_text(encoding="utf-8")).substitute(values)


def _fixture(code: str, case: str, end: str, expected: dict[str, str | int]) -> dict[Path, str]:
    period = {"startDate": "2024-03-01T09:00:00Z", "endDate": end}
    release = {
        "ocid": "ocds-000000-X",
        "id": "1",
        "date": "2024-03-01T09:00:00Z",
        "tag": ["tender"],
        "tender": {"id": "T", "status": "active", "procurementMethod": "open", "tenderPeriod": period},
    }
    folder = Path("tests", "watchers", "indicators", "fixtures")
    return {
        folder / f"{code}-{case}.json": json.dumps(release, indent=2) + "\n",
        folder / f"{code}-{case}.expected.json": json.dumps(expected, indent=2) + "\n",
    }
