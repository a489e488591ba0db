"""config.toml: strict, typed, explained, and silent about secrets."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.config import Config, ConfigError, load_config
from bot.config_sections import SourceSection
from watchers.sources.base import open_source, source_kinds

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.toml"
PAGE = ROOT / "docs" / "configuration.md"


def problems(tmp_path: Path, text: str, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path, environ or {})
    assert all("\n" not in problem and problem.startswith("config: ") for problem in caught.value.problems)
    return caught.value.problems


def keys_of_schema() -> Iterator[tuple[str, str]]:
    for section, field in Config.model_fields.items():
        model: Any = {"sources": SourceSection, "indicators": None}.get(section, field.annotation)
        if model is None:
            yield "indicators", "enabled"
            continue
        assert issubclass(model, BaseModel)
        for name, key in model.model_fields.items():
            yield section, key.alias or name


@pytest.mark.parametrize(("section", "key"), list(keys_of_schema()))
def test_every_key_is_explained_in_the_example_and_on_the_page(section: str, key: str) -> None:
    stored = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))[section]
    middle = {"sources": "prozorro", "indicators": "R003"}.get(section)
    assert key in (stored[middle] if middle else stored)
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    start = lines.index(f"[{section}.{middle}]" if middle else f"[{section}]")
    at = next(n for n in range(start, len(lines)) if lines[n].startswith(f"{key} ="))
    assert lines[at - 1].startswith("# "), "the line above a key explains it"
    named = {"sources": "sources.NAME", "indicators": "indicators.CODE"}.get(section, section)
    assert f"| `{named}.{key}` |" in PAGE.read_text(encoding="utf-8")


def test_the_page_names_no_key_that_is_not_there() -> None:
    known = {f"{section}.{key}" for section, key in keys_of_schema()}
    named = re.findall(
        r"^\| `([a-z]+)(?:\.NAME|\.CODE)?\.([a-z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {".".join(pair) for pair in named} == known


def test_the_example_loads_as_it_is_and_says_the_defaults() -> None:
    example, default = load_config(EXAMPLE, {}), Config()
    for section in set(Config.model_fields) - {"sources", "indicators"}:
        assert getattr(example, section) == getattr(default, section), section
    for name in example.sources:
        open_source(name, example.source_settings(name), lambda: None)  # type: ignore[arg-type, return-value]
    assert all(f'"{kind}"' in EXAMPLE.read_text(encoding="utf-8") for kind in source_kinds())


def test_no_file_at_all_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config(None, {})
    assert config == Config()
    assert config.database.url.get_secret_value() == "sqlite+aiosqlite:///var/baqylau.sqlite3"
    assert config.sources == {}


def test_the_path_given_goes_before_the_variable_and_that_before_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, rate in (("config.toml", 1), ("second.toml", 2), ("third.toml", 3)):
        (tmp_path / name).write_text(f"[telegram]\nrate = {rate}\n")
    environ = {"BAQYLAU_CONFIG": str(tmp_path / "second.toml")}
    assert load_config(None, {}).telegram.rate == 1
    assert load_config(None, environ).telegram.rate == 2
    assert load_config(tmp_path / "third.toml", environ).telegram.rate == 3


def test_a_variable_goes_before_the_file_with_its_type(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[telegram]\nrate = 5\n[sources.open-data]\nkind = "ocds_feed"\nenabled = false\n')
    config = load_config(
        path,
        {
            "BAQYLAU_TELEGRAM__RATE": "12.5",
            "BAQYLAU_TELEGRAM__ADMINS": "11, 22",
            "BAQYLAU_SOURCES__OPEN_DATA__ENABLED": "true",
            "BAQYLAU_SOURCES__OPEN_DATA__HEADERS": '{Accept = "text/html"}',
            "BAQYLAU_SOURCES__PROZORRO__KIND": "prozorro",
            "BAQYLAU_SOURCES__PROZORRO__TOKEN": "12345678",
            "BAQYLAU_INDICATORS__R003__MIN_DAYS": "7",
            "BAQYLAU_EMAIL__FROM": "a@example.org",
            "BAQYLAU_TEST_POSTGRES": "not ours",
            "PATH": "/bin",
        },
    )
    assert (config.telegram.rate, config.telegram.admins) == (12.5, (11, 22))
    assert config.sources["open-data"].enabled is True
    assert config.sources["open-data"].settings()["headers"] == {"Accept": "text/html"}
    assert config.sources["prozorro"].settings() == {"kind": "prozorro", "token": "12345678"}
    assert config.indicators == {"R003": {"min_days": 7}}
    assert config.email.from_ == "a@example.org"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[telegram]\ntokn = 'x'", "config: telegram.tokn is not a key: did you mean token?"),
        ("[telegrm]\ntoken = 'x'", "config: telegrm is not a key: did you mean telegram?"),
        ("[log]\nzzz = 1", "config: log.zzz is not a key: known here: format, level"),
        (
            "[telegram]\nrate = 'fast'",
            "config: telegram.rate = 'fast': input should be a valid number, unable to parse",
        ),
        ("[telegram]\nrate = 0", "config: telegram.rate = 0: input should be greater than 0"),
        ("[telegram]\nmode = 'push'", "config: telegram.mode = 'push': input should be 'polling' or 'webhook'"),
        ("[telegram]\nmode = 'webhook'", "config: telegram.mode is webhook, which needs web.public_url"),
        ("[telegram]\nadmins = [1, 'me']", "config: telegram.admins.1 = 'me': input should be a valid integer"),
        ("[telegram]\napi_base = 'api.telegram.org'", "config: telegram.api_base = 'api.telegram.org': write a whole"),
        ("[web]\nlisten = '8080'", "config: web.listen = '8080': write host:port, for example 127.0.0.1:8080"),
        ("[alerts]\nzone = 'Almaty'", "config: alerts.zone = 'Almaty': write a time zone's name"),
        ("[alerts]\nzone = '../x'", "config: alerts.zone = '../x': write a time zone's name"),
        ("[tips]\npublic_key = 'abcd'", "config: tips.public_key = 'abcd': write the public key"),
        ("[database]\nurl = 'mysql://u:hush-hush@h/d'", "config: database.url: write sqlite:///path/to/file or"),
        ("[database]\nurl = 'hush-hush'", "config: database.url: write sqlite:///path/to/file or"),
        ("[sources.x]\nenabled = true", "config: sources.x.kind is missing: set it"),
        ("[sources.x]\nkind = 'prozorro'\npoll_seconds = -1", "config: sources.x.poll_seconds = -1: input should be"),
        ("telegram = 3", "config: telegram = 3: input should be a valid dictionary"),
        ("[telegram]\ntoken = 5\n[log]\nlevel = 'loud'", "config: telegram.token: input should be a valid string"),
    ],
)
def test_what_is_wrong_is_said_with_the_key_the_value_and_what_to_do(tmp_path: Path, text: str, sentence: str) -> None:
    found = problems(tmp_path, text)
    assert found[0].startswith(sentence)
    assert "hush-hush" not in "".join(found)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, "[log]\nlevel = 'loud'\n[web]\nport = 1\n", {"BAQYLAU_TELEGRAM__RATE": "fast"})
    assert len(found) == 3
    assert any("(BAQYLAU_TELEGRAM__RATE)" in problem for problem in found)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"BAQYLAU_TELEGRAM_TOKEN": "x"}, "config: BAQYLAU_TELEGRAM_TOKEN names no key: write BAQYLAU_SECTION__KEY"),
        ({"BAQYLAU_TELEGRAM__": "x"}, "config: BAQYLAU_TELEGRAM__ names no key"),
        ({"BAQYLAU_TELEGRAM__TOKN": "x"}, "config: telegram.tokn (BAQYLAU_TELEGRAM__TOKN) is not a key: did you mean"),
        ({"BAQYLAU_LOG__LEVEL__X": "x"}, "config: BAQYLAU_LOG__LEVEL__X is set, but log.level is a value in the file"),
    ],
)
def test_a_variable_that_names_no_key_is_an_error(tmp_path: Path, environ: dict[str, str], sentence: str) -> None:
    assert problems(tmp_path, "[log]\nlevel = 'info'\n", environ)[0].startswith(sentence)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml cannot be read \(No such file or directory\)"):
        load_config(tmp_path / "nowhere.toml", {})
    assert "is not TOML: expected '=' after a key" in problems(tmp_path, "telegram")[0]
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9\n")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        load_config(tmp_path / "latin.toml", {})


def test_a_file_saved_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xef\xbb\xbf[log]\r\nlevel = 'debug'\r\n")
    assert load_config(tmp_path / "config.toml", {}).log.level == "debug"


def test_no_secret_is_in_any_form_of_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        "[telegram]\ntoken = '1:hush-telegram'\nwebhook_secret = 'hush-hook'\n[email]\npassword = 'hush-mail'\n"
        "[database]\nurl = 'postgresql://me:hush-db@host/name'\n"
        "[sources.x]\nkind = 'prozorro'\ntoken = 'hush-source'\nheaders = {Authorization = 'hush-header'}\n"
    )
    config = load_config(path, {})
    for shown in (repr(config), str(config), repr(config.sources), str(config.sources["x"]), config.database.shown):
        assert "hush" not in shown
    assert set(config.secrets()) == {
        "1:hush-telegram", "hush-hook", "hush-mail", "hush-db", "hush-source", "hush-header",
    }  # fmt: skip
    assert config.database.url.get_secret_value() == "postgresql+asyncpg://me:hush-db@host/name"


def test_the_unified_platform_leaves_to_the_state_portal_what_that_is_read_for(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    both = "[sources.u]\nkind = 'unified'\n{}\n[sources.g]\nkind = 'goszakup'\nenabled = {}\n"
    for more, enabled, systems in (("", "true", (2, 3)), ("", "false", None), ("systems = [1, 3]", "true", [1, 3])):
        path.write_text(both.format(more, enabled))
        assert load_config(path, {}).source_settings("u").get("systems") == systems


def test_the_operators_contact_reaches_sources_that_send_one(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[operator]\ncontact = 'https://example.org'\n[sources.x]\nkind = 'prozorro'\n")
    assert load_config(path, {}).source_settings("x")["contact"] == "https://example.org"
    path.write_text("[operator]\ncontact = 'a'\n[sources.x]\nkind = 'prozorro'\ncontact = 'b'\n")
    assert load_config(path, {}).source_settings("x")["contact"] == "b"
