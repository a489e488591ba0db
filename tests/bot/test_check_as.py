"""`baqylau check --as goszakup`: captured records give the findings of the live watcher, bad lines cost themselves."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.check_as import Tally, check_captured
from bot.sandbox.goszakup.country import Country
from tests.watchers.sources.goszakup.records import Portal
from watchers.history.memory import history_of
from watchers.indicators.base import Context
from watchers.indicators.registry import judge_release, load_indicators
from watchers.rules import load_rules
from watchers.sources.goszakup.mapping import release_of
from watchers.sources.goszakup.reading import read

HEAD = ["id", "ocid", "indicator", "version", "status", "subject", "tier", "weight", "value", "threshold", "unit"]


def quotation(**changes: Any) -> dict[str, Any]:
    """A price quotation with one working day to answer, which R003 flags."""
    return {
        "id": 17800001, "numberAnno": "17800001-1", "nameRu": "Приобретение школьной мебели", "totalSum": 2310000,
        "refTradeMethodsId": 3, "refSubjectTypeId": 1, "orgBin": "000140000018", "refBuyStatusId": 220,
        "refTypeTradeId": 1, "publishDate": "2026-11-09 10:00:00", "startDate": "2026-11-09 10:00:00",
        "endDate": "2026-11-10 18:00:00", "lastUpdateDate": "2026-11-09 09:58:00", "finYear": [2026],
        "Lots": [{"id": 43600001, "lotNumber": "87600001-ЗЦП1", "amount": 2310000, "count": 60, "nameRu": "Стол",
                  "descriptionRu": "ученический", "customerBin": "000140000018"}],
        **changes,
    }  # fmt: skip


def check(path: Path, **options: Any) -> tuple[Tally, list[dict[str, Any]], list[str]]:
    out, said = io.BytesIO(), list[str]()
    tally = check_captured([path], out=out, tell=said.append, **options)
    return tally, [json.loads(line) for line in out.getvalue().splitlines()], said


def write(path: Path, *values: object) -> Path:
    path.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values), encoding="utf-8")
    return path


def test_a_finding_carries_the_id_of_its_capture_and_all_that_a_finding_has(tmp_path: Path) -> None:
    path = write(tmp_path / "one.jsonl", {"id": "case-1", "records": {"TrdBuy": quotation()}})
    tally, found, _ = check(path)
    [short] = [one for one in found if one["indicator"] == "R003"]
    assert list(short)[: len(HEAD)] == HEAD
    assert (short["id"], short["status"], short["value"], short["threshold"]) == ("case-1", "fired", 1, 2)
    assert set(short["text"]) == {"en", "ru", "kk"}
    assert (tally.judged, tally.flagged, tally.exit_code) == (1, 1, 0)
    everything = check(path, show_all=True)[1]
    assert len({one["indicator"] for one in everything}) == len(everything) == len(load_indicators({}))
    assert all(one["reason"] for one in everything if one["status"].startswith("not_"))


@pytest.mark.parametrize(("now", "missing"), [("2026-11-09 10:59:59", False), ("2026-11-09 11:00:00", True)])
def test_files_are_missed_only_an_hour_after_the_announcement(tmp_path: Path, now: str, missing: bool) -> None:
    path = write(tmp_path / "one.jsonl", {"id": 1, "now": now, "records": {"TrdBuy": quotation(Files=[])}})
    assert ("R005" in {one["indicator"] for one in check(path)[1]}) is missing


def test_rest_and_graphql_spelling_and_numbers_as_text_give_the_same_findings(tmp_path: Path) -> None:
    lot = {"id": "43600001", "lot_number": "87600001-ЗЦП1", "amount": "2310000", "count": "60", "name_ru": "Стол",
           "description_ru": "ученический", "customer_bin": "000140000018"}  # fmt: skip
    rest = {
        "id": "17800001", "number_anno": "17800001-1", "name_ru": "Приобретение школьной мебели",
        "total_sum": "2310000", "ref_trade_methods_id": "3", "ref_subject_type_id": "1", "org_bin": 140000018,
        "ref_buy_status_id": "220", "ref_type_trade_id": "1", "publish_date": "2026-11-09 10:00:00",
        "start_date": "2026-11-09 10:00:00", "end_date": "2026-11-10 18:00:00", "fin_year": 2026,
        "last_update_date": "2026-11-09 09:58:00", "lots": {"items": [lot]},
    }  # fmt: skip
    first = check(write(tmp_path / "a.jsonl", {"id": 1, "records": {"TrdBuy": quotation()}}), show_all=True)[1]
    second = check(write(tmp_path / "b.jsonl", {"id": 1, "records": {"trd_buy": rest}}), show_all=True)[1]
    assert first == second


@pytest.mark.parametrize("form", ["lines", "list", "pretty list", "gzip", "bare", "page"])
def test_lines_lists_pages_and_gzip_are_read(tmp_path: Path, form: str) -> None:
    captures = [{"id": n, "records": {"TrdBuy": quotation(id=n, numberAnno=f"{n}-1")}} for n in (1, 2, 3)]
    bare = [one["records"]["TrdBuy"] for one in captures]  # type: ignore[index]
    text = {
        "lines": "\n".join(json.dumps(one) for one in captures),
        "list": json.dumps(captures),
        "pretty list": json.dumps(captures, indent=1),
        "gzip": "\n".join(json.dumps(one) for one in captures),
        "bare": "\r\n".join(json.dumps(one) for one in bare),
        "page": json.dumps({"total": 3, "items": bare}, indent=2),
    }[form].encode()
    path = tmp_path / "captures"
    path.write_bytes(gzip.compress(text) if form == "gzip" else text)
    tally, found, said = check(path)
    assert (tally.judged, tally.bad) == (3, 0), said
    assert [one["id"] for one in found if one["indicator"] == "R003"] == [1, 2, 3]


def test_a_bad_line_is_told_with_its_number_and_the_others_go_on(tmp_path: Path) -> None:
    path, aside = tmp_path / "some.jsonl", tmp_path / "aside.jsonl"
    good = json.dumps({"id": "good", "records": {"TrdBuy": quotation()}})
    bad = ["{broken", '{"id":"x"}', "[]", '{"records":{"TrdBuy":{"nameRu":"у ИП 850101300123"}}}', '"text"', "17"]
    path.write_text("\n".join([good, *bad, good]), encoding="utf-8")
    tally, found, said = check(path, set_aside=aside)
    assert [one["id"] for one in found if one["indicator"] == "R003"] == ["good", "good"]
    assert (tally.judged, tally.bad) == (2, 5)
    for number in (2, 3, 5, 6, 7):
        assert any(f"line {number}:" in sentence for sentence in said), said
    assert "850101300123" not in aside.read_text(encoding="utf-8") + "".join(said)
    assert check(write(tmp_path / "none.jsonl", {"id": 1}))[0].exit_code == 1


def test_csv_has_the_id_first_and_a_line_a_finding(tmp_path: Path) -> None:
    path = write(tmp_path / "one.jsonl", {"id": "=1", "records": {"TrdBuy": quotation()}})
    out = io.BytesIO()
    check_captured([path], out=out, tell=lambda _: None, output_format="csv")
    rows = list(csv.DictReader(io.StringIO(out.getvalue().decode())))
    assert {row["id"] for row in rows} == {"'=1"}
    assert "R003" in {row["indicator"] for row in rows}


def test_values_that_do_not_fit_are_left_out_and_named_and_the_rest_is_judged(tmp_path: Path) -> None:
    broken = quotation(totalSum="много", Files="нет", kato={"a": 1}, lastUpdateDate=17)
    path = write(tmp_path / "one.jsonl", {"id": 1, "now": "вчера", "records": {"TrdBuy": broken, "history": ["x"]}})
    tally, found, said = check(path)
    assert "R003" in {one["indicator"] for one in found}
    assert tally.notes == 5, said
    assert any("TrdBuy.totalSum: много is no number" in sentence for sentence in said)


def test_any_number_of_workers_gives_the_same(tmp_path: Path) -> None:
    captures = [{"id": n, "records": {"TrdBuy": quotation(id=n, numberAnno=f"{n}-1")}} for n in range(1, 60)]
    path = write(tmp_path / "many.jsonl", *captures[:20], "x", *captures[20:])
    assert check(path, workers=1, show_all=True) == check(path, workers=2, show_all=True)


def test_the_command_prints_findings_and_keeps_its_sentences_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "one.jsonl", {"id": 1, "records": {"TrdBuy": quotation()}}, "x")
    command = [sys.executable, "-m", "bot", "check", "--as", "goszakup"]
    done = subprocess.run([*command, "-"], input=path.read_bytes(), capture_output=True, check=False)
    assert done.returncode == 0
    assert {json.loads(line)["id"] for line in done.stdout.splitlines()} == {1}
    assert b"standard input, line 2" in done.stderr
    assert b"Traceback" not in done.stderr
    wrong = subprocess.run([*command, str(tmp_path / "none")], capture_output=True, check=False)
    assert (wrong.returncode, wrong.stdout) == (2, b"")


def test_it_finds_what_the_same_mapping_and_judging_find_of_a_live_record(tmp_path: Path) -> None:
    country = Country(datetime(2026, 10, 5, 4, tzinfo=UTC), per_day=4, defects=0.5)
    country.advance(13 * 86_400)
    portal, rules, indicators = Portal(country), load_rules(), load_indicators({})
    tenders = sorted(country.tenders(), key=lambda tender: tender.published)
    raw = [portal.records(tender.id, results=bool(tender.results)) for tender in tenders]
    releases = [release_of(read(json.dumps(one).encode()).records) for one in raw]
    half = len(raw) // 2
    history = [{**one["TrdBuy"], "TrdApp": one.get("TrdApp"), "Contract": one.get("Contract")} for one in raw[:half]]
    path = write(
        tmp_path / "week.jsonl", *({"id": n, "records": {**one, "history": history}} for n, one in enumerate(raw))
    )
    found = check(path, show_all=True)[1]
    expected = []
    for release in releases:
        context = Context(rules=rules, history=history_of(release, releases[:half], rules))
        expected += [
            (f.ocid, f.indicator, f.status.value, f.reason) for f in judge_release(release, context, indicators)
        ]
    assert [(one["ocid"], one["indicator"], one["status"], one.get("reason", "")) for one in found] == expected
