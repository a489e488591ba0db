"""`add-indicator` leaves a tree in which every check passes, and refuses what it cannot use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.scaffold import ScaffoldError, add_indicator

_ROOT = Path(__file__).resolve().parents[2]
_COPIED = ("watchers", "alerts", "bot", "templates", "docs", "tests", "pyproject.toml")


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what an indicator touches, with its tests."""
    for name in _COPIED:
        source = _ROOT / name
        if source.is_dir():
            copy = shutil.copy if name == "docs" else _link  # the docs are written to, the rest is only added to
            shutil.copytree(source, tmp_path / name, copy_function=copy)
        else:
            shutil.copy(source, tmp_path)
    return tmp_path


def _run(checkout: Path, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("code", "name", "module"),
    [
        ("R074", "Bids handed in together", "r074_bids_handed_in_together.py"),
        ("KZ-29", "Clear", "kz29_clear.py"),  # the name of one of the four answers
    ],
)
def test_the_tests_pass_right_after(checkout: Path, code: str, name: str, module: str) -> None:
    written = add_indicator(checkout, code, name)
    assert checkout / "watchers/indicators" / module in written
    assert f"| {code} | [{name}]" in (checkout / "docs/indicators.md").read_text(encoding="utf-8")
    said = _run(
        checkout,
        "pytest",
        "tests/watchers/indicators",
        "tests/bot/test_indicator_list.py",
        "-v",
        "-p",
        "no:cacheprovider",
        "-k",
        f"{code} or list",
    )
    assert "passed" in said
    assert f"{code}-a-year" in said  # the new indicator's own tests were among them
    new_module = str(checkout / "watchers/indicators" / module)
    _run(checkout, "ruff", "check", "--no-cache", new_module)
    _run(checkout, "ruff", "format", "--no-cache", "--check", new_module)


def test_what_it_writes_says_that_it_is_an_example_and_alerts_nobody(checkout: Path) -> None:
    module = next(path for path in add_indicator(checkout, "R074", "Bids handed in together") if path.suffix == ".py")
    text = module.read_text(encoding="utf-8")
    assert "EXAMPLE RULE" in text
    assert "tier = Tier.C" in text


@pytest.mark.parametrize("code", ["R003", "R036"])
def test_a_code_that_exists_is_refused_and_nothing_is_written(checkout: Path, code: str) -> None:
    before = sorted(checkout.rglob("*"))
    with pytest.raises(ScaffoldError, match=f"{code} is taken"):
        add_indicator(checkout, code, "Something else")
    assert sorted(checkout.rglob("*")) == before


@pytest.mark.parametrize("code", ["r074", "R74", "R0740", "KZ29", "KZ-290", "UA-01", "", "../R074", "R074\n"])
def test_a_malformed_code_is_refused(checkout: Path, code: str) -> None:
    with pytest.raises(ScaffoldError, match="is not a code"):
        add_indicator(checkout, code, "Something else")


@pytest.mark.parametrize("name", ["", "ab", 'a "quoted" name', "$code again", "line\nbreak", "x" * 61, "123"])
def test_a_name_that_would_break_the_files_is_refused(checkout: Path, name: str) -> None:
    with pytest.raises(ScaffoldError, match="cannot be a name"):
        add_indicator(checkout, "R074", name)


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="is not a checkout"):
        add_indicator(tmp_path, "R074", "Bids handed in together")
