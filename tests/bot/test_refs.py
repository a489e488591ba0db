"""Code lists refreshed: differences are said, kept only when asked, never in the package, and unknown ones go on."""

from __future__ import annotations

import copy
import csv
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import Config
from bot.refs import RefsError, update
from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.refs import code_lists
from bot.sandbox.goszakup.server import Goszakup
from tests.watchers.sources.polling import HASTE
from watchers.sources.goszakup.codes import CodeListError, code_list, name_of, use_lists
from watchers.sources.goszakup.parts import ZONE

BUILT_IN = files("watchers.rules") / "codelists" / "goszakup"


@pytest.fixture(autouse=True)
def _lists_as_built() -> Iterator[None]:
    yield
    use_lists(Path("no such folder"))


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, dict[str, Any]]]:
    """The portal's lists, to be changed."""
    lists = copy.deepcopy(code_lists())
    monkeypatch.setattr("bot.sandbox.goszakup.rest.code_lists", lambda: lists)
    return lists


@pytest.fixture
async def portal() -> AsyncIterator[Goszakup]:
    async with Goszakup(Country(datetime(2026, 11, 2, tzinfo=ZONE), lively=False)) as server:
        yield server


def config(portal: Goszakup, folder: Path, **source: Any) -> Config:
    asked = {"kind": "goszakup", "base_url": portal.url, "token": portal.token, **HASTE} | source
    return Config.model_validate({"sources": {"kz": asked}, "refs": {"folder": str(folder)}})


async def said(settings: Config, *, write: bool = False) -> list[str]:
    out, err = StringIO(), StringIO()
    await update(settings, "", write=write, out=out, err=err)
    assert err.getvalue().startswith("refs: ")
    return out.getvalue().splitlines()


async def test_what_differs_is_said_and_nothing_is_written_without_being_asked(
    there: Any, portal: Goszakup, tmp_path: Path
) -> None:
    there["ref_trade_methods"]["299"] = {
        "id": 299,
        "symbolCode": "НСП",
        "nameRu": "Новый способ",
        "nameKz": "Жаңа тәсіл",
    }
    there["ref_buy_status"]["210"] |= {"nameRu": "Опубликовано заново"}
    del there["ref_contract_status"]["480"]
    lines = await said(config(portal, tmp_path / "refs"))
    assert "trade_methods: 36 on the portal, 1 new, 0 changed, 0 only here" in lines
    assert "  + 299 «Новый способ» / «Жаңа тәсіл»: no English name and no OCDS code yet" in lines
    assert "  ~ 210 name_ru: «Опубликовано» -> «Опубликовано заново»" in lines
    assert any(line.startswith("  - 480 ") and line.endswith("not on the portal; kept") for line in lines)
    assert lines[-1].startswith("Nothing was written. To keep what differs (trade_methods, announcement_statuses")
    assert not (tmp_path / "refs").exists()


async def test_what_is_kept_goes_before_the_built_in_lists_and_is_no_news_again(
    there: Any, portal: Goszakup, tmp_path: Path
) -> None:
    before = {one.name: one.read_bytes() for one in BUILT_IN.iterdir()}
    there["ref_trade_methods"]["299"] = {"id": 299, "symbolCode": "НСП", "nameRu": "Новый способ", "nameKz": ""}
    there["ref_buy_status"]["210"] |= {"nameRu": "Опубликовано заново"}
    folder = tmp_path / "refs"
    lines = await said(config(portal, folder), write=True)
    assert f"written: {folder / 'trade_methods.csv'}" in lines
    use_lists(folder)
    assert name_of("trade_methods", 299) == "Новый способ"
    assert (name_of("announcement_statuses", 210), name_of("announcement_statuses", 220)) == (
        "Опубликовано заново", "Опубликовано (прием заявок)",
    )  # fmt: skip
    assert code_list("announcement_statuses")["210"].ocds == "active", "our reading of a code stays"
    again = await said(config(portal, folder))
    assert "trade_methods: 36 on the portal, 0 new, 0 changed, 0 only here" in again
    there["ref_trade_methods"]["300"] = {"id": 300, "symbolCode": "ЕЩЕ", "nameRu": "И ещё один", "nameKz": ""}
    await said(config(portal, folder), write=True)
    with (folder / "trade_methods.csv").open(encoding="utf-8") as file:
        assert {"299", "300"} <= {row["id"] for row in csv.DictReader(file)}
    assert {one.name: one.read_bytes() for one in BUILT_IN.iterdir()} == before, "the package is never written to"


async def test_a_list_the_portal_does_not_have_is_said_and_the_rest_goes_on(
    there: Any, portal: Goszakup, tmp_path: Path
) -> None:
    del there["ref_units"]
    lines = await said(config(portal, tmp_path))
    assert any(line.startswith("units: not compared: kz: ") and "answered 200 with an error" in line for line in lines)
    assert any(line.startswith("trade_methods: 35 on the portal") for line in lines)


async def test_a_refused_token_says_what_to_do(portal: Goszakup, tmp_path: Path) -> None:
    with pytest.raises(RefsError, match="token refused") as caught:
        await said(config(portal, tmp_path, token="f" * 32))
    assert caught.value.code == 1


@pytest.mark.parametrize(
    "content", ["id,name\n1,x\n", "", "id,code,name_kk,name_ru,name_en,ocds\n,x,x,x,x,x\n", "\xff"]
)
def test_a_broken_list_of_the_operators_stops_every_command_with_its_name(content: str, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_bytes(content.encode("latin-1"))
    if not content:
        use_lists(tmp_path)
        return
    with pytest.raises(CodeListError, match=r"units\.csv"):
        use_lists(tmp_path)
    file = tmp_path / "config.toml"
    file.write_text(f'[refs]\nfolder = "{tmp_path}"\n')
    result = CliRunner().invoke(app, ["indicators", "--config", str(file)])
    assert (result.exit_code, len(result.output.splitlines())) == (2, 1)
    assert "units.csv" in result.output


def test_without_a_source_to_ask_it_says_which_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[sources.x]\nkind = "prozorro"\n')
    result = CliRunner().invoke(app, ["refs", "update", "--config", str(file)])
    assert result.exit_code == 2
    assert result.output.startswith("refs: a source of kind goszakup with a token is needed, and there is none")
