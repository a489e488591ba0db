"""The sections of config.toml, each key with its type, default and check. Pages: docs/configuration.md."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from alerts.mail.address import BadAddress, mail_address
from watchers.sources.base import SourceSettings, source_kinds

__all__ = [
    "Alerts",
    "DatabaseSection",
    "Email",
    "Learn",
    "Log",
    "Operator",
    "Refs",
    "SourceSection",
    "Telegram",
    "Tips",
    "Web",
    "database_url",
]

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}


def _address(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("write a whole address that starts with https:// (or http://)")
    return url.rstrip("/")


def database_url(url: SecretStr) -> SecretStr:
    """With the asynchronous driver's name, which people leave out. The reason never repeats the URL: a password."""
    try:
        parsed = make_url(url.get_secret_value())
        parsed = parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError):
        parsed = None
    if parsed is None or parsed.drivername not in _DRIVERS.values():
        raise ValueError("write sqlite:///path/to/file or postgresql://user:password@host/name")
    return SecretStr(parsed.render_as_string(hide_password=False))


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError("write host:port, for example 127.0.0.1:8080")
    return value


def _reachable(value: str) -> str:
    """A mail address or a page."""
    if value and not _MAIL.fullmatch(value):
        return _address(value)
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError):
        raise ValueError("write a time zone's name, for example Asia/Almaty") from None
    return value


def _public_key(value: str) -> str:
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        key = b"?"
    if value and len(key) != 32:
        raise ValueError("write the public key: 32 bytes in base64")
    return value


def _several(value: Any) -> Any:
    """A list may be written `1, 2` where only text fits: in an environment variable."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _enabled_by_default(settings: type[SourceSettings]) -> bool:
    return next(bool(field.default) for field in msgspec.structs.fields(settings) if field.name == "enabled")


_MAIL = re.compile(r"[^@\s<>\"?&]+@[^@\s<>\"?&]+\.[^@\s<>\"?&]+")
_FREE_RATE = 30  # messages a second; core.telegram.org/bots/faq

Accounts = Annotated[tuple[int, ...], BeforeValidator(_several)]
Address = Annotated[str, AfterValidator(_address)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Telegram(_Section):
    """[telegram]: the bot, and how fast it may send."""

    token: SecretStr = SecretStr("")
    api_base: Address = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_secret: SecretStr = SecretStr("")
    admins: Accounts = ()
    rate: float = Field(25.0, gt=0, le=1000)
    reserved_rate: float = Field(4.0, ge=0, le=1000)
    paid_broadcast: bool = False
    chat_seconds: float = Field(1.0, ge=0, le=60)
    group_seconds: float = Field(3.1, ge=0, le=600)

    @model_validator(mode="after")
    def _paid_above_thirty(self) -> Telegram:
        if self.rate > _FREE_RATE and not self.paid_broadcast and self.api_base == "https://api.telegram.org":
            raise ValueError(
                "telegram.rate above 30 costs Stars: set telegram.paid_broadcast = true as well, or a lower rate"
            )
        return self


class DatabaseSection(_Section):
    """[database]: where everything is kept."""

    url: Annotated[SecretStr, AfterValidator(database_url)] = SecretStr("sqlite+aiosqlite:///var/baqylau.sqlite3")

    @property
    def shown(self) -> str:
        """The URL without its password, for people."""
        return make_url(self.url.get_secret_value()).render_as_string(hide_password=True)


class SourceSection(_Section):
    """[sources.NAME]: one publisher. Keys of its kind are allowed here and checked when the source is opened."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    kind: str
    enabled: bool = True
    poll_seconds: Annotated[float, Field(gt=0)] | None = None
    base_url: Address | None = None
    link_base: Address | None = None
    token: SecretStr | None = None

    @model_validator(mode="before")
    @classmethod
    def _off_where_its_kind_is(cls, values: Any) -> Any:
        """A kind may be off unless it is switched on."""
        if not isinstance(values, Mapping) or "enabled" in values:
            return values
        kind = source_kinds().get(str(values.get("kind")))
        off = kind is not None and not _enabled_by_default(kind.Settings)
        return {**values, "enabled": False} if off else values

    def settings(self) -> dict[str, Any]:
        """Every key that was set, for `watchers.sources.base.open_source`; the token in the clear."""
        values = {name: value for name, value in self if value is not None and name in self.model_fields_set}
        return values | {"token": self.token.get_secret_value()} if self.token is not None else values

    def __repr_args__(self) -> Any:
        """Only what cannot be a secret: keys of a kind may be headers."""
        return [("kind", self.kind), ("enabled", self.enabled), ("keys", sorted(self.model_fields_set))]


class Alerts(_Section):
    """[alerts]: what is told, and how people who said nothing are spoken to."""

    max_age_days: float = Field(14.0, gt=0, le=36500)
    language: Literal["kk", "ru", "en"] = "kk"
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Almaty"
    max_filters: int = Field(20, ge=1, le=1000)
    per_day: int = Field(5, ge=0, le=1000)
    burst: int = Field(3, ge=0, le=1000)
    mute_days: int = Field(30, ge=1, le=3650)


def _mailbox(value: str) -> str:
    if not value:
        return value
    try:
        return mail_address(parseaddr(value)[1]) and value
    except BadAddress:
        raise ValueError("write an address, for example Baqylau <digest@example.kz>") from None


def _listen_or_not(value: str) -> str:
    return _listen(value) if value else value


Mailbox = Annotated[str, AfterValidator(_mailbox)]


class Email(_Section):
    """[email]: the server that takes digests, how fast, how they are signed, where bounces come back."""

    host: str = ""
    port: int = Field(587, ge=1, le=65535)
    username: str = ""
    password: SecretStr = SecretStr("")
    from_: Mailbox = Field("", alias="from")
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    reply_to: Mailbox = ""
    rate: float = Field(10.0, gt=0, le=1000)
    domain_seconds: float = Field(0.2, ge=0, le=600)
    connections: int = Field(4, ge=1, le=100)
    dkim_key: str = ""
    dkim_selector: str = "baqylau"
    dkim_domain: str = ""
    bounce_address: Mailbox = ""
    bounce_listen: Annotated[str, AfterValidator(_listen_or_not)] = ""
    bounce_protocol: Literal["smtp", "lmtp"] = "smtp"
    letters_per_hour: int = Field(500, ge=1, le=100_000)

    @property
    def sender(self) -> str:
        """The bare address of `from`."""
        return parseaddr(self.from_)[1]


class Web(_Section):
    """[web]: where this process listens, and how it is reached from outside."""

    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8080"
    public_url: Address = ""
    reply_to: Annotated[str, AfterValidator(_reachable)] = ""


class Tips(_Section):
    """[tips]: the keys that tips are sealed with; the ones that open them are never here."""

    public_key: Annotated[str, AfterValidator(_public_key)] = ""
    public_keys: Annotated[tuple[Annotated[str, AfterValidator(_public_key)], ...], BeforeValidator(_several)] = ()
    secret: SecretStr = SecretStr("")
    safer_ways: tuple[str, ...] = ()
    mode: Literal["sealed", "forward"] = "sealed"
    group: int = Field(0, le=0)
    intake: Accounts = ()
    reviewers: Accounts = ()
    leads: Accounts = ()
    received_days: int = Field(30, ge=1, le=3650)
    open_days: int = Field(365, ge=1, le=3650)
    closed_days: int = Field(365, ge=1, le=3650)
    declined_days: int = Field(30, ge=1, le=3650)
    warn_days: int = Field(7, ge=0, le=90)
    grace_days: int = Field(14, ge=0, le=90)
    per_day: int = Field(5, ge=1, le=1000)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every public key, each once."""
        return tuple(dict.fromkeys(key for key in (self.public_key, *self.public_keys) if key))


class Learn(_Section):
    """[learn]: lessons. `folder`: where a coalition keeps its own, beside those that come with Baqylau."""

    folder: str = ""
    checked_days: int = Field(365, ge=1, le=3650)


class Refs(_Section):
    """[refs]: where code lists that were refreshed are kept."""

    folder: str = Field("var/refs", min_length=1)


class Log(_Section):
    """[log]: how much is written to standard error, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"


class Operator(_Section):
    """[operator]: who runs this, said to publishers in every request."""

    contact: str = ""
