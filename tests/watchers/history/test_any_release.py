"""No release that can be decoded breaks history, as the one that is judged or as an earlier one."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.watchers.history.invented import purchases
from tests.watchers.indicators.tables import base
from tests.watchers.indicators.test_any_release import mutants_of
from watchers.history.memory import history_of
from watchers.indicators.base import Answer, Context
from watchers.indicators.registry import load_indicators
from watchers.ocds import Release
from watchers.readers.decode import decode_release
from watchers.rules import load_rules

_INVENTED: list[dict[str, Any]] = [msgspec.to_builtins(json.loads(msgspec.json.encode(one))) for one in purchases(40)]
_BASES = [base(name) for name in ("kz-quotation", "kz-tender", "kz-works", "elsewhere")]
_EARLIER = [decode_release(json.dumps(one).encode()) for one in (*_INVENTED, *_BASES)]


def _decoded(raw: bytes) -> Release | None:
    try:
        return decode_release(raw)
    except ValueError:
        return None


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=mutants_of([*deepcopy(_BASES), *deepcopy(_INVENTED)]), other=st.sampled_from(_EARLIER))
def test_any_release_is_judged_with_any_other_before_it(raw: bytes, other: Release) -> None:
    strange = _decoded(raw)
    if strange is None:
        return
    rules = load_rules()
    for release, earlier in ((strange, [*_EARLIER, other]), (other, [strange, strange])):
        context = Context(rules=rules, history=history_of(release, earlier, rules))
        for indicator in load_indicators():
            answer = indicator.judge(release, context)  # not judge_release, which would catch what it raises
            assert isinstance(answer, Answer)
