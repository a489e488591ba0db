"""Reading OCDS and `baqylau check`: decoding against stdlib json, the whole command, and the memory of a large input.

Real releases are read from the set beside the checkout where it is, invented ones otherwise. BAQYLAU_BENCH_MB is the
size of the input for the memory measurement (200 by default; 1000 for the full claim).
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from benchmarks import Result
from watchers.readers import decode_release, read_files

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared/data/ocds/dominican-republic/compiled-releases-first4000-by-date.jsonl.gz"
MEGABYTE = 1024 * 1024
REPEATS = 5
CHECK = """
import sys
from pathlib import Path
from bot.check import check_files
from bot.check_report import NoReport
check_files([Path(sys.argv[1])], out=sys.stdout.buffer, report=NoReport(), workers=int(sys.argv[2]))
"""


CARDINAL = """
import sys
from pathlib import Path
from bot.check_cardinal import check_as_cardinal
from bot.check_report import NoReport
from watchers.cardinal import Settings
check_as_cardinal([Path(sys.argv[1])], rules=Settings.all_on(), out=sys.stdout.buffer, report=NoReport(),
                  workers=int(sys.argv[2]))
"""
CARDINALS_CPU = 79.0  # us of CPU a release, measured of OCP's Cardinal (Rust) on 2 cores with this data set


def releases() -> list[bytes]:
    """The lines to measure with."""
    if REAL.exists():
        return gzip.decompress(REAL.read_bytes()).splitlines()
    return [json.dumps(invented(number)).encode() for number in range(4000)]


def invented(number: int) -> dict[str, Any]:
    items = [
        {"id": str(item), "description": "Roofing sheet " * 6, "quantity": item + 1, "unit": {"name": "m2"},
         "classification": {"scheme": "CPV", "id": "44112500", "description": "Roofing materials"}}
        for item in range(12)
    ]  # fmt: skip
    bids = [{"id": f"b{bid}", "status": "valid", "value": {"amount": 1000.5 + bid, "currency": "KZT"},
             "tenderers": [{"id": f"s{bid}", "name": f"Supplier {bid}"}]} for bid in range(3)]  # fmt: skip
    period = {"startDate": "2026-10-01T10:00:00Z", "endDate": f"2026-10-{number % 20 + 2:02d}T10:00:00Z"}
    return {
        "ocid": f"ocds-213czf-{number}", "id": str(number), "date": "2026-10-01T10:00:00Z", "tag": ["compiled"],
        "buyer": {"id": f"KZ-BIN-{number % 50}", "name": "Department of education, Algabas"},
        "parties": [{"id": f"s{party}", "name": f"Supplier {party}", "roles": ["supplier"]} for party in range(6)],
        "tender": {"id": "t", "title": "Roof repair", "procurementMethod": "open", "tenderPeriod": period,
                   "value": {"amount": 1100, "currency": "KZT"}, "items": items},
        "bids": {"details": bids}, "awards": [{"id": "a", "suppliers": [{"id": "s0"}], "status": "active"}],
    }  # fmt: skip


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def decoding(lines: list[bytes]) -> Result:
    """Interleaved, so that both sides meet the same weather."""
    pairs = [
        (seconds(lambda: [decode_release(line) and None for line in lines]),
         seconds(lambda: [json.loads(line) and None for line in lines]))
        for _ in range(REPEATS)
    ]  # fmt: skip
    ratio = statistics.median(slow / fast for fast, slow in pairs)
    size = sum(map(len, lines)) / MEGABYTE
    fast, slow = (min(times) for times in zip(*pairs, strict=True))
    return Result("decode a release", size / fast, "MB/s", size / slow, "json.loads", ">= 3x", met=ratio >= 3)


def reading(path: Path) -> Result:
    """From the packed file to typed releases, against gunzip + json.loads of each line."""

    def plain() -> None:
        with gzip.open(path) as file:
            for line in file:
                json.loads(line)

    count = 0

    def ours() -> None:
        nonlocal count
        count = sum(1 for _ in read_files([path]))

    fast = min(seconds(ours) for _ in range(3))
    slow = min(seconds(plain) for _ in range(3))
    return Result("read a packed file", count / fast, "releases/s", count / slow, "gunzip + json.loads")


def command(path: Path, count: int, workers: int, program: str = CHECK) -> tuple[float, float, float]:
    """Run check in a process of its own: releases a second, CPU seconds, peak memory of the tree in MB."""
    run_it = [sys.executable, "-c", program, str(path), str(workers)]
    start, peak, before = time.perf_counter(), 0, sum(os.times()[2:4])
    with subprocess.Popen(run_it, stdout=subprocess.DEVNULL, cwd=ROOT) as run:
        parent = psutil.Process(run.pid)
        while run.poll() is None:
            peak = max(peak, resident(parent))
            time.sleep(0.02)
        took = time.perf_counter() - start
        if run.returncode:
            raise RuntimeError(f"check ended with {run.returncode}")
    return count / took, sum(os.times()[2:4]) - before, peak / MEGABYTE


def resident(parent: psutil.Process) -> int:
    """Memory of a process and its children: what they share is counted once (PSS) where the system tells."""
    total = 0
    try:
        for process in [parent, *parent.children(recursive=True)]:
            memory = process.memory_full_info()
            total += getattr(memory, "pss", memory.rss)
    except psutil.Error:  # it ended while we looked
        return 0
    return total


def numbered(lines: list[bytes], copy: int) -> list[bytes]:
    """The lines as other processes: the same ocids with another ending."""
    return [line.replace(b'"ocid":"', b'"ocid":"%d-' % copy, 1) for line in lines]


def run() -> list[Result]:
    """Measure."""
    lines = releases()
    results = [decoding(lines)]
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder, "releases.jsonl.gz")
        packed.write_bytes(gzip.compress(b"\n".join(lines), 1))
        results.append(reading(packed))
        large = Path(folder, "large.jsonl")
        with large.open("wb") as file:
            for copy in range(10):
                file.write(b"\n".join(numbered(lines, copy)) + b"\n")
        count = 10 * len(lines)
        speed, cpu, _ = max(command(large, count, 2) for _ in range(3))
        results.append(Result("check, 2 workers", speed, "releases/s", target=">= 8,000", met=speed >= 8000))
        results.append(Result("check, by CPU time of 2 cores", 2 * count / cpu, "releases/s"))
        one, _, _ = command(large, count, 1)
        results.append(Result("check, 1 worker", one, "releases/s", speed, "with 2 workers"))
        results += memory(Path(folder), lines)
        results += cardinal(large, lines)
    return results


def cardinal(path: Path, lines: list[bytes]) -> list[Result]:
    """`--format cardinal` on at least 100,000 releases: against Cardinal's own CPU time, and its memory."""
    copies = -(-100_000 // len(lines))
    with path.open("wb") as file:
        for copy in range(copies):
            file.write(b"\n".join(numbered(lines, copy)) + b"\n")
    count = copies * len(lines)
    speed, cpu, peak = max(command(path, count, 2, CARDINAL) for _ in range(3))
    each = cpu / count * 1e6
    return [
        Result("check --format cardinal", speed, "releases/s", target=">= 12,000", met=speed >= 12_000),
        Result("its CPU time", each, "us/release", CARDINALS_CPU, "Cardinal (Rust)"),
        Result("its memory", peak, "MB", target="< 300 MB", met=peak < 300),
    ]


def memory(folder: Path, lines: list[bytes]) -> list[Result]:
    """Peak memory on large inputs of different shapes: lines, one document, releases that wait for merging, no JSON."""
    size = int(os.environ.get("BAQYLAU_BENCH_MB", "200")) * MEGABYTE
    path, results = folder / "memory.json", []
    one = sum(map(len, lines)) + len(lines)
    shapes: dict[str, tuple[bytes, bytes, bytes]] = {
        "lines": (b"", b"\n", b""), "one package": (b'{"releases":[', b",", b"]}"), "to merge": (b"", b"\n", b""),
    }  # fmt: skip
    for shape, (start, between, end) in shapes.items():
        with path.open("wb") as file:
            file.write(start)
            for copy in range(max(size // one, 1)):
                records = numbered(lines, copy)
                if shape == "to merge":
                    records = [record.replace(b'"compiled"', b'"tender"') for record in records]
                file.write(between.join(records) + (between if (copy + 2) * one <= size else b""))
            file.write(end)
        results.append(of_memory(path, shape))
    with path.open("wb") as file:
        for _ in range(size // MEGABYTE):
            file.write(os.urandom(MEGABYTE))
    return [*results, of_memory(path, "no JSON at all")]


def of_memory(path: Path, shape: str) -> Result:
    size = path.stat().st_size / MEGABYTE
    _, _, peak = command(path, 1, 2)
    return Result(f"memory, {shape}, {size:,.0f} MB", peak, "MB", target="< 200 MB", met=peak < 200)
