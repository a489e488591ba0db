"""The settings file, and `baqylau check --format cardinal` from the outside."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.watchers.cardinal.sets import award, bid, process, race
from watchers.cardinal import Settings, SettingsError, read_settings

WHOLE = """\
; currency = USD
# both marks begin a comment
currency = KZT
[defaults]
currency = KZT
party_roles = true
[redactions]
amount = 0
[corrections]
award_status_by_contract_status = true
[modifications]
move_auctions = true
[codelists.bid_status]
Qualified and = strange = valid
[exclusions]
procurement_method_details = A|B
[R003]
threshold = 10
[R003.procurement_method_details]
Urgent = 3
[R024]
threshold = 0.05
[R038]
"""


def test_a_whole_file_is_read_and_what_prepares_data_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    path.write_text(WHOLE, encoding="utf-8-sig")
    settings = read_settings(path)
    assert (settings.currency, settings.r003_days_by_details) == ("KZT", {"Urgent": 3})
    assert settings.r003 is not None
    assert settings.r024 is not None
    assert (settings.r003.threshold, settings.r024.threshold) == (10, 0.05)
    assert settings.r038 == Settings.all_on().r038
    assert (settings.r018, settings.r058) == (None, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[R024]\nthreshold = much\n", "threshold"),
        ("[R035]\nthreshold = -1\n", "threshold"),
        ("[R024]\npercentile = 5\n", "percentile"),
        ("[R099]\n", r"\[R099\] is not known"),
        ("colour = red\n", "colour"),
        ("[defaults]\ncolour = red\n", "colour"),
        ("[R024\nthreshold = 1\n", "no INI file"),
        ("[R003.procurement_method_details]\nUrgent = soon\n", "Urgent|int"),
    ],
)
def test_what_a_file_says_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "settings.ini"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        read_settings(path)


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "check", *arguments], input=stdin, capture_output=True, check=False
    )


def lines(*processes: dict) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in processes)


def test_the_command_answers_the_same_for_any_number_of_workers_and_any_wrapping(tmp_path: Path) -> None:
    processes = [
        race(f"p{n}", 100, 900 if n % 97 == 0 else 101 + n % 40, winner=f"W{n % 7}", buyer=f"B{n % 5}")
        for n in range(1300)
    ]
    plain, packed, package = tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz", tmp_path / "c.json"
    plain.write_bytes(lines(*processes))
    packed.write_bytes(gzip.compress(lines(*processes)))
    package.write_text(json.dumps({"releases": processes}), encoding="utf-8")
    first = run("--format", "cardinal", "--workers", "1", str(plain))
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["OCID"]
    for more in (["--workers", "2", str(plain)], ["--workers", "2", str(packed)], [str(package)]):
        assert run("--format", "cardinal", *more).stdout == first.stdout


def test_a_line_is_a_process_each_time_it_comes_and_bad_ones_are_set_aside(tmp_path: Path) -> None:
    twice = process("p", [bid("E", 5, "disqualified"), bid("W", 6)], [award("W")])
    bare = {key: value for key, value in twice.items() if key != "tag"} | {"id": "1", "ocid": "q"}
    settings, aside = tmp_path / "s.ini", tmp_path / "aside.jsonl"
    settings.write_text("[R035]\n[R038]\nthreshold = 1\nminimum_submitted_bids = 3\n", encoding="utf-8")
    data = lines(twice, twice, bare) + b'\n{"ocid": \n[1]\n' + lines({"ocid": 7, "bids": 5})
    got = run(
        "--format", "cardinal", "--settings", str(settings), "--set-aside", str(aside), "--no-meta", "-", stdin=data
    )
    assert got.returncode == 0, got.stderr
    assert json.loads(got.stdout) == {
        "OCID": {"p": {"R035": 1.0}, "q": {"R035": 1.0}},
        "Tenderer": {"W": {"R035": 0.0}, "E": {"R038": 1.0}},
    }
    assert aside.read_text(encoding="utf-8").count("\n") >= 2
    assert b"3 processes judged" in got.stderr


def test_values_of_the_wrong_kind_are_passed_over_and_nothing_else_is_lost() -> None:
    odd = process("p", [bid("A", 7), bid("B", 7)], [award("A")], numberOfTenderers="many", tenderPeriod=[])
    odd |= {"buyer": {"id": 5}, "awards": [*odd["awards"], "x", {"status": 3, "suppliers": "none"}]}
    odd["bids"]["details"] += [
        {"status": "valid", "value": {"amount": "7", "currency": 3}, "tenderers": [{"id": 9}, 4]},
        None,
    ]
    got = json.loads(run("--format", "cardinal", "--no-meta", "-", stdin=lines(odd)).stdout)
    assert got == {"OCID": {"p": {"R028": 1.0}}, "Tenderer": {"A": {"R028": 1.0}, "B": {"R028": 1.0}}}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "cardinal", "--all", "-"], "leave out --as and --all"),
        (["--map", "-"], "belong to --format cardinal"),
        (["--format", "cardinal", "--settings", "nowhere.ini", "-"], "nowhere.ini cannot be read"),
        (["--format", "cardinal", "nowhere.jsonl"], "nowhere.jsonl does not exist"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_code_2(arguments: list[str], said: str) -> None:
    got = run(*arguments)
    assert (got.returncode, got.stdout) == (2, b"")
    assert said in got.stderr.decode()
    assert b"Traceback" not in got.stderr
