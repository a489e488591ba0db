"""The demo's tip-offs: a key pair made for it, a monitors' group in the sandbox, and how to open what comes.

Here one folder plays the server and the key holder's machine; in earnest the secret key never lies on the server.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from bot.sandbox.people import Chat
from bot.sandbox.server import Sandbox
from bot.tips.keyholder.keys import make_key, write_key
from bot.tips.new_file import save_new

__all__ = ["DemoTips"]

_PASSPHRASE = "only for this demo"  # noqa: S105 - it opens what is told to a demo, and is printed
_LIGHT = 64 * 1024 * 1024
_TITLES = {"kk": "Бақылаушылар", "ru": "Наблюдатели", "en": "Monitors"}


class DemoTips:
    """The key and its passphrase in `folder`, beside a configuration for `baqylau tips sealed`."""

    def __init__(self, folder: Path, database: str) -> None:
        self.key_file = folder / "tips.key"
        self.passphrase_file = folder / "tips.passphrase"
        self.config_file = folder / "config.toml"
        key = make_key()
        self._public = key.recipient.text
        save_new(self.key_file, write_key(key, _PASSPHRASE, memory=_LIGHT).encode())
        save_new(self.passphrase_file, _PASSPHRASE.encode())
        text = f'[database]\nurl = "{database}"\n\n[tips]\npublic_keys = ["{self._public}"]\n'
        save_new(self.config_file, text.encode())

    def settings(self, sandbox: Sandbox, language: str) -> dict[str, Any]:
        """The section [tips]: Timur leads, Emma reviews, Aizhan is in no group; each may tell something."""
        lead, reviewer = (next(one for one in sandbox.people if one.language == code) for code in ("ru", "en"))
        self._names = f"{reviewer.first_name} and {lead.first_name}"
        self.group: Chat = sandbox.crowd.add_group(_TITLES[language], [lead, reviewer], kind="supergroup")
        return {
            "public_keys": (self._public,), "group": self.group.id, "reviewers": (reviewer.id,), "leads": (lead.id,),
            "safer_ways": ("https://tips.example.org",),
        }  # fmt: skip

    def said(self) -> str:
        """What the demo prints: what to press, and the command that opens a sealed tip."""
        named = f"--key {shlex.quote(str(self.key_file))} --passphrase-file {shlex.quote(str(self.passphrase_file))}"
        return (
            f"/tip in any chat tells something in confidence. {self._names} see it come into “{self.group.title}”;"
            " Sealed file there, saved, opens with:\n"
            f"  baqylau tips open T-XXXXXX.tip {named}\n"
            "It can be taken from the demo's database as well:\n"
            f"  baqylau tips sealed T-XXXXXX T-XXXXXX.tip --config {shlex.quote(str(self.config_file))}"
        )
