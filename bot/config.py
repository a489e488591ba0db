"""config.toml, read once at the start: strict, typed, every key also an environment variable.

Search order: the path given (`--config`), `$BAQYLAU_CONFIG`, `./config.toml`; without a file every key has its default.
`BAQYLAU_SECTION__KEY` goes before the file (`BAQYLAU_SOURCES__PROZORRO__ENABLED=true`).
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from sqlalchemy.engine import make_url

from bot.config_sections import (
    Alerts,
    DatabaseSection,
    Email,
    Learn,
    Log,
    Operator,
    Refs,
    SourceSection,
    Telegram,
    Tips,
    Web,
)
from watchers.sources.base import source_kinds

__all__ = ["Config", "ConfigError", "load_config"]

_PREFIX = "BAQYLAU_"
_QUASI_STATE_SYSTEMS = (2, 3)
_OTHER_VARIABLES = ("BAQYLAU_CONFIG", "BAQYLAU_TEST_")


class ConfigError(Exception):
    """The configuration cannot be used. `problems` holds one sentence each; no secret is in them."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Config(BaseModel):
    """Everything an operator can set."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    telegram: Telegram = Telegram()
    database: DatabaseSection = DatabaseSection()
    sources: dict[str, SourceSection] = {}
    indicators: dict[str, dict[str, Any]] = {}
    alerts: Alerts = Alerts()
    email: Email = Field(default_factory=Email)
    web: Web = Web()
    tips: Tips = Tips()
    learn: Learn = Learn()
    refs: Refs = Refs()
    log: Log = Log()
    operator: Operator = Operator()

    @model_validator(mode="after")
    def _fits_together(self) -> Config:
        own_server = self.telegram.api_base != Telegram().api_base  # a Bot API server of one's own posts to http too
        wanted = ("https://", "http://") if own_server else ("https://",)
        if self.telegram.mode == "webhook" and not self.web.public_url.startswith(wanted):
            raise ValueError("telegram.mode is webhook, which needs web.public_url: set it to an https:// address")
        if self.email.host and not self.email.from_:
            raise ValueError("email.host is set, which needs email.from: set it to the address digests come from")
        if self.email.host and not self.web.public_url:
            raise ValueError(
                "email.host is set, which needs web.public_url: without it no mail can say how to confirm or to leave"
            )
        if self.email.bounce_listen and not self.email.bounce_address:
            raise ValueError(
                "email.bounce_listen is set, which needs email.bounce_address: set where bounces come back"
            )
        return self

    def secrets(self) -> list[str]:
        """Every secret in it, for the logs to hide."""
        password = make_url(self.database.url.get_secret_value()).password
        return sorted({*_secrets(self.model_dump(exclude={"database"})), password or ""} - {""})

    def source_settings(self, name: str) -> dict[str, Any]:
        """The settings of `[sources.NAME]` for `open_source`, with the operator's contact where its kind sends one.

        The Unified Platform leaves to the state portal what that is read for, unless it is told which systems to read.
        """
        section = self.sources[name]
        declared = source_kinds().get(section.kind)
        says_contact = declared is not None and "contact" in declared.Settings.__struct_fields__
        implied: dict[str, Any] = {"contact": self.operator.contact} if says_contact and self.operator.contact else {}
        if section.kind == "unified" and any(one.enabled and one.kind == "goszakup" for one in self.sources.values()):
            implied["systems"] = _QUASI_STATE_SYSTEMS
        return implied | section.settings()


def _secrets(value: Any, *, inside: bool = False) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, str) and inside:
        yield value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _secrets(part, inside=inside or _secret_name(str(name)))


def _secret_name(name: str) -> bool:
    """Whether a key's value is a secret; all request headers are taken as one."""
    return any(word in name.lower() for word in ("token", "password", "secret", "headers"))


def load_config(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Read the configuration. Raises ConfigError: a file that is not there or not TOML, unknown keys, wrong values."""
    environ = os.environ if environ is None else environ
    chosen = path or (Path(environ["BAQYLAU_CONFIG"]) if environ.get("BAQYLAU_CONFIG") else None)
    values = _read(chosen) if chosen else _read(Path("config.toml")) if Path("config.toml").is_file() else {}
    from_environment: dict[tuple[str, ...], str] = {}
    problems = []
    for name, text in sorted(environ.items()):
        if not name.startswith(_PREFIX) or name.startswith(_OTHER_VARIABLES):
            continue
        keys = tuple(part.lower() for part in name.removeprefix(_PREFIX).split("__"))
        if len(keys) < 2 or "" in keys:
            problems.append(f"config: {name} names no key: write {_PREFIX}SECTION__KEY, with two underscores")
            continue
        problem = _put(values, keys, text, from_environment, name)
        problems += [problem] if problem else []
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        problems += [_sentence(details, values, from_environment) for details in error.errors(include_input=False)]
    if problems:
        raise ConfigError(*problems)
    return config


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(
            f"config: {path} cannot be read ({error.strerror}): check --config or BAQYLAU_CONFIG"
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"config: {path} is not UTF-8 (byte {error.start}): save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"config: {path} is not TOML: {str(error)[:1].lower()}{str(error)[1:]}: mend that line"
        ) from None


def _put(
    values: dict[str, Any],
    keys: tuple[str, ...],
    text: str,
    origins: dict[tuple[str, ...], str],
    name: str,
) -> str | None:
    """Set one key from an environment variable; its case and hyphens follow the file's where that has it."""
    place, used = values, list[str]()
    for key in keys[:-1]:
        found = _spelt(place, key, upper=used == ["indicators"])
        used.append(found)
        place = place.setdefault(found, {})
        if not isinstance(place, dict):
            return f"config: {name} is set, but {'.'.join(used)} is a value in the file: remove one of them"
    last = _spelt(place, keys[-1])
    place[last] = _parsed(text, plain=used[0] == "indicators")
    origins[*used, last] = name
    return None


def _spelt(place: Mapping[str, Any], key: str, *, upper: bool = False) -> str:
    folded = {name.lower().replace("-", "_"): name for name in place}
    return folded.get(key, key.upper() if upper else key)


def _parsed(text: str, *, plain: bool) -> Any:
    """Lists and tables are written as in TOML; an indicator's settings are, too; the schema reads other text."""
    if plain or text[:1] in {"[", "{"}:
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            pass
    return text


def _sentence(details: ErrorDetails, values: Mapping[str, Any], origins: Mapping[tuple[str, ...], str]) -> str:
    where = tuple(str(part) for part in details["loc"])
    key = ".".join(where)
    reason = details["msg"].removeprefix("Value error, ")
    if not where:
        return f"config: {reason}"
    origin = next((f" ({name})" for at, name in origins.items() if where[: len(at)] == at), "")
    if details["type"] == "extra_forbidden":
        known = _known_names(where[:-1])
        near = difflib.get_close_matches(where[-1], known, 1, 0.6)
        mend = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
        return f"config: {key}{origin} is not a key: {mend}"
    if details["type"] == "missing":
        return f"config: {key} is missing: set it, docs/configuration.md says what it means"
    return f"config: {key}{_shown(where, values)}{origin}: {reason[:1].lower()}{reason[1:]}"


def _known_names(where: tuple[str, ...]) -> list[str]:
    model: type[BaseModel] = Config
    for part in where:
        model = _model_of(model.model_fields[part].annotation)
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _model_of(annotation: Any) -> type[BaseModel]:
    return annotation if isinstance(annotation, type) else get_args(annotation)[-1]


def _shown(where: tuple[str, ...], values: Mapping[str, Any]) -> str:
    """The value, where it cannot be a secret."""
    if where == ("database", "url") or any(map(_secret_name, where)):
        return ""
    value: Any = values
    for part in where:
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return ""
    return f" = {str(value)[:80]!r}" if isinstance(value, str) else f" = {str(value)[:80]}"
