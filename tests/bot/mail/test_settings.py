"""What [email] needs of itself and of other sections; the role mail alone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, Role
from bot.config import Config, ConfigError, load_config
from bot.mail.channel import dkim_key, mail_channel
from bot.roles import mail
from bot.web.pulse import Pulse
from tests.alerts.channels.email.rsa import dkim_key as made

GOOD = {"host": "mail.example.kz", "from": "Бақылау <digest@example.kz>"}


def written(tmp_path: Path, **email: Any) -> Path:
    lines = [f"{name} = {value!r}" for name, value in email.items()]
    path = tmp_path / "config.toml"
    path.write_text("[email]\n" + "\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ({"host": "mail.example.kz"}, "email.host is set, which needs email.from"),
        (GOOD, "email.host is set, which needs web.public_url"),
        ({"from": "nobody"}, "email.from = 'nobody': write an address"),
        ({"bounce_listen": "127.0.0.1:8025"}, "email.bounce_listen is set, which needs email.bounce_address"),
        ({"bounce_listen": "8025"}, "write host:port"),
    ],
)
def test_what_does_not_fit_together_is_said(tmp_path: Path, email: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_config(written(tmp_path, **email), {})
    assert said in str(refused.value)


def test_the_role_mail_needs_a_server_and_no_bot(tmp_path: Path) -> None:
    database = {"url": f"sqlite:///{tmp_path}/a.sqlite3"}
    with pytest.raises(ConfigError, match=r"email\.host is missing"):
        App(Config.model_validate({"database": database}), roles=frozenset({Role.MAIL}))
    good = {
        "database": database,
        "email": GOOD | {"host": "127.0.0.1", "port": 1},
        "web": {"public_url": "https://x.kz"},
    }
    bad = good | {"telegram": {"token": "1:x"}, "email": GOOD | {"dkim_key": str(tmp_path / "nowhere.pem")}}
    with pytest.raises(ConfigError, match="cannot be read"):
        App(Config.model_validate(bad), roles=frozenset({Role.DELIVER, Role.MAIL}))

    async def a_moment() -> None:
        stop = asyncio.Event()
        app = App(Config.model_validate(good), roles=frozenset({Role.MAIL}))
        running = asyncio.create_task(app.run(stop))
        while not {"mail", "digests", "digest check", "addresses"} <= app.parts.pulse.parts.keys():
            assert not running.done()
            await asyncio.sleep(0.02)
        assert Pulse()._silent > mail._LOOK_EVERY  # or the process would be taken for stuck
        stop.set()
        await running

    asyncio.run(a_moment())


def test_a_key_that_cannot_be_used_is_said_before_a_mail_is_made(tmp_path: Path) -> None:
    key = tmp_path / "dkim.pem"
    config = Config.model_validate({"email": GOOD | {"dkim_key": str(key)}, "web": {"public_url": "https://x.kz"}})
    with pytest.raises(ConfigError, match="cannot be read"):
        mail_channel(config)
    key.write_text("not a key")
    with pytest.raises(ConfigError, match="cannot sign"):
        mail_channel(config)
    key.write_bytes(made()[0])
    found = dkim_key(config)
    assert found is not None
    assert (found.selector, found.domain) == ("baqylau", "example.kz")
