"""What is freed goes back to the machine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import psutil
from watchers.garbage import give_back

def resident():
    return psutil.Process().memory_info().rss / 1e6

kept = [bytes(2000) for _ in range(50_000)]
pins = kept[::1000]  # a few small pieces in the middle keep glibc from giving the rest back by itself
del kept
before = resident()
give_back()
print(before - resident())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux") or os.confstr("CS_GNU_LIBC_VERSION") is None, reason="glibc's")
def test_small_pieces_go_back_too() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 30
