"""`baqylau check`: findings out of files, bad records aside, the same whatever the number of workers."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO, cast

import psutil
import pytest

from bot.check import check_files
from bot.check_input import CheckSummary, PathMissing
from bot.check_lines import csv_line
from bot.check_report import LineReport, NoReport, summary_lines

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "ocds"
KEYS = ["ocid", "indicator", "version", "status", "subject", "tier", "weight", "value", "threshold", "unit", "facts",
        "norm", "text"]  # fmt: skip


def process(number: int, **fields: Any) -> dict[str, Any]:
    """A purchase with three days to bid, which R003 flags."""
    return {
        "ocid": f"ocds-213czf-{number}", "id": f"{number}", "date": "2026-10-01T10:00:00+05:00", "tag": ["compiled"],
        "tender": {
            "id": "t", "title": "Roof repair, school No. 12", "procurementMethod": "open",
            "tenderPeriod": {"startDate": "2026-10-01T10:00:00+05:00", "endDate": "2026-10-04T10:00:00+05:00"},
        },
        **fields,
    }  # fmt: skip


@pytest.fixture
def lines_file(tmp_path: Path) -> Path:
    path = tmp_path / "many.jsonl"
    records = [json.dumps(process(number)) for number in range(700)]
    records[5:5] = ["nonsense", '{"ocid":"", "tender":{}}']
    path.write_text("\n".join(records), encoding="utf-8")
    return path


def check(*paths: Path, **options: Any) -> tuple[CheckSummary, bytes]:
    out = io.BytesIO()
    summary = check_files(paths, out=out, report=NoReport(), **options)
    return summary, out.getvalue()


def test_a_finding_is_printed_with_its_numbers_and_its_text_in_three_languages(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(process(1)), encoding="utf-8")
    summary, out = check(path)
    findings = [json.loads(line) for line in out.splitlines()]
    assert all(list(finding) == KEYS for finding in findings)
    [short] = [finding for finding in findings if finding["indicator"] == "R003"]
    assert (short["ocid"], short["status"], short["value"], short["unit"]) == ("ocds-213czf-1", "fired", 3, "days")
    assert list(short["text"]) == ["en", "ru", "kk"]
    assert "3" in short["text"]["ru"]
    assert "дней" in short["text"]["ru"] or "дня" in short["text"]["ru"]
    assert (summary.read, summary.processes, summary.flagged, summary.exit_code) == (1, 1, 1, 0)


def test_all_prints_the_other_answers_with_their_reasons(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(process(1)), encoding="utf-8")
    findings = [json.loads(line) for line in check(path, show_all=True)[1].splitlines()]
    assert {finding["status"] for finding in findings} > {"fired", "not_applicable"}
    assert len({finding["indicator"] for finding in findings}) == len(findings) >= 8
    assert all(finding["reason"] for finding in findings if finding["status"].startswith("not_"))


def test_output_and_what_is_set_aside_are_the_same_for_any_number_of_workers(tmp_path: Path, lines_file: Path) -> None:
    results = []
    for workers in (1, 2, 3):
        aside = tmp_path / f"aside-{workers}.jsonl"
        summary, out = check(lines_file, workers=workers, set_aside=aside, show_all=True)
        results.append((summary, out, aside.read_bytes()))
    assert results[0] == results[1] == results[2]
    ocids = list(dict.fromkeys(json.loads(line)["ocid"] for line in results[0][1].splitlines()))
    assert ocids == [f"ocds-213czf-{number}" for number in range(700)]


def test_bad_records_are_written_with_their_reason_place_and_text(tmp_path: Path, lines_file: Path) -> None:
    aside = tmp_path / "aside.jsonl"
    summary, _ = check(lines_file, set_aside=aside)
    first, second = [json.loads(line) for line in aside.read_text(encoding="utf-8").splitlines()]
    assert first["reason"] == "not JSON: nonsense"
    assert first["raw"] == "nonsense\n"
    assert first["file"] == str(lines_file)
    assert lines_file.read_bytes()[second["offset"] :].startswith(second["raw"].encode())
    assert summary.set_aside == 2
    assert summary.reasons == {"not JSON": 1, "no ocid": 1}
    assert summary.exit_code == 0


def test_bytes_that_are_no_text_are_set_aside_as_base64(tmp_path: Path) -> None:
    path, aside = tmp_path / "bytes.json", tmp_path / "aside.jsonl"
    path.write_bytes(b"\xff\xff\xff")
    summary, _ = check(path, set_aside=aside)
    assert json.loads(aside.read_text())["raw_base64"] == "////"
    assert summary.exit_code == 1


def test_releases_of_one_process_in_several_files_are_judged_once_merged(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    early = process(1, tag=["planning"], id="a", date="2026-09-01T00:00:00Z", tender={"id": "t", "title": "Roof"})
    (folder / "1.json").write_text(json.dumps({"releases": [early, process(2, tag=["tender"])]}), encoding="utf-8")
    (folder / "2.json").write_text(json.dumps({"releases": [process(1, tag=["tender"]), early]}), encoding="utf-8")
    summary, out = check(folder)
    assert (summary.files, summary.read, summary.duplicates, summary.merged, summary.processes) == (2, 4, 1, 1, 2)
    fired = [json.loads(line)["ocid"] for line in out.splitlines() if json.loads(line)["indicator"] == "R003"]
    assert fired == ["ocds-213czf-1", "ocds-213czf-2"]


def test_a_path_that_does_not_exist_is_said_before_anything_is_read(tmp_path: Path, lines_file: Path) -> None:
    with pytest.raises(PathMissing, match=r"check: .*missing\.json does not exist; give a file"):
        check(lines_file, tmp_path / "missing.json")


def test_csv_has_a_stable_header_and_no_formulas(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    record = process(1)
    record["ocid"] = '=HYPERLINK("https://example.org")'
    path.write_text(json.dumps(record), encoding="utf-8")
    rows = list(csv.reader(io.StringIO(check(path, output_format="csv")[1].decode())))
    assert rows[0] == [
        "ocid", "indicator", "version", "status", "subject_role", "subject_id", "tier", "weight", "value", "threshold",
        "unit", "facts", "norm_act", "norm_clause", "text_en", "text_ru", "text_kk", "reason",
    ]  # fmt: skip
    assert all(row[0] == '\'=HYPERLINK("https://example.org")' for row in rows[1:])
    assert len(rows) > 1


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "|x", "\0=1", "＝1"])
def test_a_cell_that_could_be_a_formula_is_quoted(cell: str) -> None:
    assert next(csv.reader(io.StringIO(csv_line([cell]).decode())))[0].startswith("'")


def test_plain_numbers_stay_numbers() -> None:
    assert csv_line(["-1.5", 7, None, "a,b"]) == b'-1.5,7,,"a,b"\r\n'


def test_a_reader_that_goes_away_ends_it_quietly(lines_file: Path) -> None:
    class Gone(io.RawIOBase):
        def write(self, data: Any, /) -> int:
            raise BrokenPipeError

    for workers in (1, 2):
        summary = check_files([lines_file], out=cast("BinaryIO", Gone()), report=NoReport(), workers=workers)
        assert summary.cut_off
        assert summary.exit_code == 0


def test_an_interrupt_leaves_no_worker_behind_not_even_one_that_is_only_starting(lines_file: Path) -> None:
    script = (
        "import os, sys, time; from multiprocessing.process import BaseProcess; from pathlib import Path\n"
        "run = BaseProcess.run; BaseProcess.run = lambda self: (time.sleep(0.5), run(self))\n"
        "from bot.check import check_files; from bot.check_report import NoReport\n"
        "try: check_files([Path('-')], out=open(os.devnull, 'wb'), report=NoReport(), workers=2)\n"
        "except KeyboardInterrupt: sys.exit(130)\n"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, start_new_session=True
    ) as run:
        assert run.stdin is not None
        assert run.stderr is not None
        run.stdin.write(lines_file.read_bytes() + b"\n")
        run.stdin.flush()
        while not (workers := psutil.Process(run.pid).children()):
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to parent and workers alike
        assert run.wait(30) == 130
        run.stdin.close()
        assert run.stderr.read() == b""
        assert psutil.wait_procs(workers, timeout=10)[1] == []


def test_the_summary_names_counts_reasons_and_indicators(lines_file: Path) -> None:
    stream = io.StringIO()
    summary = check_files([lines_file], out=io.BytesIO(), report=LineReport(stream))
    text = stream.getvalue()
    assert "700 releases read from 1 files" in text
    assert "set aside, 1: no ocid" in text
    assert "R003: 700" in text
    assert "not proof" in text
    assert "nothing could be read" in summary_lines(CheckSummary())[-1]
    assert summary.exit_code == 0


SETS = {
    "canada-buyandsell": (33, 0), "colombia-secop": (131, 0), "dominican-republic": (4000, 0), "messy": (163, 12),
    "mexico-grupo-aeroportuario": (322, 0), "mexico-jalisco": (20, 0), "moldova": (102, 0), "nigeria-budeshi": (23, 0),
    "paraguay-dncp": (85, 5), "uganda": (10, 0), "uk-contracts-finder": (233, 0),
    "ukraine-prozorro-openprocurement": (0, 3611),
}  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize("name", SETS)
def test_a_real_set_is_read_whole(name: str) -> None:
    if not (SHARED / name).is_dir():
        pytest.skip(f"the real data are not beside this checkout ({SHARED})")
    summary, out = check(SHARED / name, workers=2)
    assert (summary.read, summary.set_aside) == SETS[name]
    flagged = {json.loads(line)["ocid"] for line in out.splitlines()}
    assert len(flagged) == summary.flagged
