"""The fixtures: `CODE-case.json` is a release, `CODE-case.expected.json` what its indicator must answer.

Letters in them: B buyer, S and T suppliers, W winner, D and E disqualified, L late, F and G to be flagged together. An
expected answer lists only the fields that matter; `settings` are the indicator's. A setting under test is in the name.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from watchers.indicators.base import Context, Finding
from watchers.indicators.registry import judge_release, load_indicators
from watchers.readers.decode import decode_release
from watchers.rules import load_rules

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = sorted(path.name.removesuffix(".expected.json") for path in FIXTURES.glob("*.expected.json"))


def code_of(name: str) -> str:
    """R003-kz-cancelled is about R003; KZ-01-something is about KZ-01."""
    parts = name.split("-")
    return "-".join(parts[:2]) if parts[0] == "KZ" else parts[0]


def expected_of(name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((FIXTURES / f"{name}.expected.json").read_text(encoding="utf-8"))
    return answer


def judge(name: str) -> Finding:
    code = code_of(name)
    indicators = load_indicators({code: expected_of(name).get("settings", {})})
    release = decode_release((FIXTURES / f"{name}.json").read_bytes())
    context = Context(rules=load_rules())
    (finding,) = judge_release(release, context, [one for one in indicators if one.code == code])
    return finding


def as_json(finding: Finding) -> dict[str, Any]:
    """A finding as it is stored: through JSON and back."""
    answer: dict[str, Any] = json.loads(msgspec.json.encode(finding))
    return answer
