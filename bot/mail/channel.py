"""The mail channel as it is configured."""

from __future__ import annotations

from pathlib import Path

from alerts.channels.email.composing import Composer
from alerts.channels.email.pace import DomainPacer, mail_pace
from alerts.channels.email.signing import BadKey, DkimKey
from alerts.channels.email.transport import EmailChannel, Server
from bot.config import Config, ConfigError

__all__ = ["dkim_key", "domain_pacer", "mail_channel"]


def dkim_key(config: Config) -> DkimKey | None:
    """The key that mails are signed with; None without. Raises ConfigError for one that cannot be used."""
    email = config.email
    if not email.dkim_key:
        return None
    try:
        pem = Path(email.dkim_key).read_bytes()
        key = DkimKey(pem, email.dkim_selector, email.dkim_domain or email.sender.rpartition("@")[2])
        key.check()
    except OSError as error:
        raise ConfigError(f"config: email.dkim_key {email.dkim_key} cannot be read ({error.strerror})") from None
    except BadKey as error:
        raise ConfigError(f"config: email.dkim_key {email.dkim_key}: {error}") from None
    return key


def mail_channel(config: Config) -> EmailChannel:
    """A channel to `email.host`. Raises ConfigError."""
    email = config.email
    server = Server(
        host=email.host, port=email.port, username=email.username, password=email.password.get_secret_value(),
        tls=email.tls, connections=email.connections,
    )  # fmt: skip
    return EmailChannel(server, Composer(email.from_, reply_to=email.reply_to, key=dkim_key(config)))


def domain_pacer(config: Config) -> DomainPacer:
    """The pace that is configured."""
    return DomainPacer(mail_pace(config.email.rate, config.email.domain_seconds))
