"""The process that runs for months: what it does without stays out, and it can do all the same."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

from bot.inbox.receiver import ALLOWED_UPDATES
from bot.sandbox import BOT_TOKEN, Sandbox
from bot.sandbox.people import Person
from tests.bot.waiting import until

NOT_AT_REST = (
    "alembic", "cryptography", "css_inline", "dkim", "docx", "holidays", "matplotlib", "numpy", "PIL", "pikepdf",
    "pygments", "rapidfuzz", "rich", "sqlalchemy.orm", "unittest", "xlsxwriter", "alerts.matching", "markdown_it",
)  # fmt: skip

ASKED = """
import json, sys
from bot.lean import lean_imports
with lean_imports():
    import bot.app
here = sorted(name for name in json.loads(sys.argv[1]) if name in sys.modules)
import rich.console, sqlalchemy.ext.asyncio.session
from aiogram.methods import SendMessage
from aiogram.types import Message, Update
waited = not any(model.__pydantic_complete__ for model in (Update, Message, SendMessage))
update = Update.model_validate(json.loads(sys.argv[2]))
print(json.dumps([here, waited, update.model_dump(mode="json", exclude_unset=True)]))
"""

UPDATE = {
    "update_id": 7,
    "message": {
        "message_id": 5,
        "date": 1_700_000_000,
        "chat": {"id": 1, "type": "private", "first_name": "Айжан"},
        "from": {"id": 1, "is_bot": False, "first_name": "Айжан", "language_code": "kk"},
        "text": "/start",
        "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
        "reply_to_message": {"message_id": 4, "date": 1_700_000_000, "chat": {"id": 1, "type": "private"}, "text": "?"},
    },
}

CONFIG = """
[telegram]
token = "{token}"
api_base = "{telegram}"
[database]
url = "sqlite:///{folder}/lean.sqlite3"
[web]
listen = "127.0.0.1:0"
[sources.nobody]
kind = "unified"
enabled = true
base_url = "http://127.0.0.1:9"
"""


def test_what_an_idle_process_does_without_is_not_imported_and_models_are_built_when_used() -> None:
    command = [sys.executable, "-c", ASKED, json.dumps(NOT_AT_REST), json.dumps(UPDATE)]
    here, waited, update = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert here == []
    assert waited
    assert update["message"]["reply_to_message"]["text"] == "?"
    assert update["message"]["entities"] == UPDATE["message"]["entities"]
    assert update["message"]["chat"] == UPDATE["message"]["chat"]


async def test_a_lean_process_handles_every_kind_of_update(tmp_path: Path) -> None:
    asker = Person(1, "Айжан", "ru")
    async with Sandbox(people=[asker]) as sandbox:
        config = tmp_path / "config.toml"
        config.write_text(CONFIG.format(token=BOT_TOKEN, telegram=sandbox.api_base, folder=tmp_path), encoding="utf-8")
        errors = tmp_path / "errors"
        with errors.open("wb") as heard:
            command = [sys.executable, "-m", "bot", "run", "--config", str(config)]
            process = await asyncio.create_subprocess_exec(*command, stderr=heard)
        try:
            await _every_kind(sandbox, asker)
        finally:
            process.terminate()
            assert await process.wait() == 0
        said = errors.read_text(encoding="utf-8")
    assert "Traceback" not in said
    assert "[error" not in said


async def _every_kind(sandbox: Sandbox, asker: Person) -> None:
    """One update of each kind that the bot asks for, each with what shows that it was understood."""
    crowd, ledger = sandbox.crowd, sandbox.ledger
    sent: set[str] = set()

    async def known(methods: int) -> bool:
        return len(ledger.accepted(chat_id=asker.id)) >= methods

    await until(lambda: _is(sandbox.world.updates.waiting.is_set()))
    hello = crowd.start(asker)
    sent.add("message")
    chat = sandbox.world.chat(asker.id)
    await until(lambda: _is([message for message in chat.messages.values() if message.get("reply_markup")]))
    offered = [message for message in chat.messages.values() if message.get("reply_markup")][-1]
    button = offered["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    query = crowd.press(asker, chat, offered["message_id"], button)
    sent.add("callback_query")
    await until(lambda: _is(query not in sandbox.world.queries))

    inline = crowd.type_inline(asker, "filters")
    sent.add("inline_query")
    await until(lambda: _is(inline in sandbox.world.offers))

    before = len(ledger.accepted(chat_id=asker.id))
    sandbox.world.updates.add("edited_message", {**hello, "text": "/help", "edit_date": hello["date"] + 1})
    sent.add("edited_message")
    crowd.block(asker)
    crowd.unblock(asker)
    sent.add("my_chat_member")
    crowd.send(asker, "/filters")  # handled last, so that all before it are handled
    await until(lambda: known(before + 1))
    assert sent == set(ALLOWED_UPDATES)


async def _is(holds: object) -> bool:
    return bool(holds)
