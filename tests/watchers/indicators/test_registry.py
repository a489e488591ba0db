from __future__ import annotations

from typing import Any

import pytest

from watchers import indicators as package
from watchers.indicators.base import (
    Answer,
    Clear,
    Context,
    Family,
    Fired,
    Indicator,
    NotApplicable,
    NotComputable,
    Stage,
    Status,
    Subject,
    Tier,
)
from watchers.indicators.registry import (
    IndicatorSettingsError,
    indicator_classes,
    judge_release,
    load_indicators,
)
from watchers.ocds import Release
from watchers.rules import load_rules

_CONTEXT = Context(rules=load_rules())
_MODULE = """
from watchers.indicators.base import Indicator
class {name}(Indicator):
    code = "{code}"
"""


class _Answers(Indicator):
    code = "KZ-99"
    version = 7
    stage = Stage.TENDER
    tier = Tier.B
    weight = 3
    family = Family.TERMS
    needs = ()
    answer: Answer | Exception = Clear()

    def judge(self, release: Release, context: Context) -> Answer:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def _judge(answer: Answer | Exception) -> Any:
    indicator = _Answers()
    indicator.answer = answer
    (finding,) = judge_release(Release(ocid="ocds-000000-1"), _CONTEXT, [indicator])
    return finding


def test_the_first_eight_are_found_in_order_of_code() -> None:
    codes = [indicator.code for indicator in load_indicators()]
    assert {"R003", "R010", "R018", "R028", "R030", "R031", "R035", "R036"} <= set(codes)
    assert codes == sorted(codes)


def test_two_modules_with_one_code_are_an_error(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "r901_first.py").write_text(_MODULE.format(name="First", code="R901"), encoding="utf-8")
    (tmp_path / "r901_second.py").write_text(_MODULE.format(name="Second", code="R901"), encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    with pytest.raises(RuntimeError, match=r"R901 is both .*r901_first and .*r901_second"):
        indicator_classes()


def test_an_indicator_can_be_switched_off() -> None:
    assert "R018" not in {indicator.code for indicator in load_indicators({"R018": {"enabled": False}})}


def test_settings_reach_the_indicator_also_as_text_from_the_environment() -> None:
    (r035,) = [one for one in load_indicators({"R035": {"threshold": "1"}}) if one.code == "R035"]
    assert r035.settings.threshold == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"R999": {}}, r"'R999' is not an indicator; the known ones are .*R003.*R036"),
        ({"R035": {"treshold": 1}}, r"R035 has no setting 'treshold'; the known ones are enabled, threshold"),
        ({"R018": {"small_mrp": "many"}}, r"R018: Expected `int`"),
        ({"R035": {"threshold": 0}}, r"R035: threshold must be 1 or more"),
        ({"R003": {"enabled": "perhaps"}}, r"R003.enabled is 'perhaps'; write true or false"),
    ],
)
def test_a_wrong_setting_is_named_with_the_known_ones(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(IndicatorSettingsError, match=said):
        load_indicators(settings)


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (Clear(), Status.CLEAR, ""),
        (NotComputable("tender.value is missing"), Status.NOT_COMPUTABLE, "tender.value is missing"),
        (NotApplicable("not a competitive method"), Status.NOT_APPLICABLE, "not a competitive method"),
    ],
)
def test_the_other_three_answers_keep_their_reason(answer: Answer, status: Status, reason: str) -> None:
    finding = _judge(answer)
    assert (finding.status, finding.reason, finding.value) == (status, reason, None)
    assert (finding.tier, finding.weight, finding.version) == (Tier.B, 3, 7)


def test_a_fired_answer_may_differ_in_tier_weight_and_subject() -> None:
    fired = Fired(value=2, threshold=1, unit="bids", tier=Tier.C, weight=0, subject=Subject("tenderer", "S"))
    finding = _judge(fired)
    assert (finding.status, finding.tier, finding.weight) == (Status.FIRED, Tier.C, 0)
    assert finding.subject == Subject("tenderer", "S")
    assert _judge(Fired(value=2)).subject == Subject("process", "ocds-000000-1")


def test_an_indicator_that_breaks_could_not_be_computed_and_does_not_silence_the_others() -> None:
    broken, whole = _Answers(), _Answers()
    broken.answer = ZeroDivisionError("nought")
    findings = judge_release(Release(ocid="ocds-000000-1"), _CONTEXT, [broken, whole])
    assert [finding.status for finding in findings] == [Status.NOT_COMPUTABLE, Status.CLEAR]
    assert "ZeroDivisionError" in findings[0].reason
