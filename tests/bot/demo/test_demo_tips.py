"""The demo goes on: a digest by mail, and a tip from the warning to its reader. What it prints is what opens it."""

from __future__ import annotations

import asyncio
import re
import shlex
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from alerts.i18n import translator
from bot.cli import app
from bot.demo.show import show
from tests.bot.waiting import until

KAZAKH = translator("kk").gettext


class Page:
    """The chat page, used over HTTP as its script uses it."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def chats(self, person: int) -> list[dict[str, Any]]:
        return list((await self.client.get("/sandbox/state", params={"person": person})).json()["chats"])

    async def say(self, person: int, chat: int, text: str) -> None:
        answer = await self.client.post(f"/sandbox/people/{person}/send", data={"chat": chat, "text": text})
        assert answer.status_code == 200, answer.text

        async def answered() -> bool:
            (seen,) = [one for one in await self.chats(person) if one["id"] == chat]
            return bool(seen["messages"][-1]["from"]["is_bot"])

        await until(answered)

    async def press(self, person: int, chat: int, label: str) -> None:
        """Press the button called so as soon as the newest message with buttons has it."""
        pressed = False

        async def there() -> bool:
            nonlocal pressed
            (seen,) = [one for one in await self.chats(person) if one["id"] == chat]
            message = next((one for one in reversed(seen["messages"]) if "reply_markup" in one), None)
            if message is None:
                return False
            for button in (b for row in message["reply_markup"]["inline_keyboard"] for b in row):
                if button["text"] == label and not pressed:
                    data = {"chat": chat, "message_id": message["message_id"], "data": button["callback_data"]}
                    answer = await self.client.post(f"/sandbox/people/{person}/press", data=data)
                    pressed = answer.status_code == 200
            return pressed

        await until(there)


async def test_a_digest_arrives_and_a_tip_goes_from_the_warning_to_its_reader(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.demo.mail._PATIENCE", 3600.0)  # however slow the machine
    stop = asyncio.Event()
    running = asyncio.create_task(show(stop, once=False, port=0, language="en"))
    said = ""
    while "tips sealed" not in said or "Ctrl-C" not in said:
        assert not running.done()
        said += capsys.readouterr().out
        await asyncio.sleep(0.1)
    digest = r"http://127\.0\.0\.1:\d+/mail has the digest “\d+ flagged tenders?"
    assert re.search(digest, said.replace("\n", " ")), said
    base = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert base is not None
    command = next(line.strip() for line in said.splitlines() if "baqylau tips open" in line)
    async with httpx.AsyncClient(base_url=base[0]) as client:
        page = Page(client)
        people = (await client.get("/sandbox/state")).json()["people"]
        new = await client.post("/sandbox/people", data={"first_name": "Дана", "language": "kk"})
        teller = new.json()["id"]  # somebody to whom no alerts come in between
        reviewer = next(one["id"] for one in people if one["language_code"] == "en")
        (group,) = [one for one in await page.chats(reviewer) if one["title"] == "Monitors"]
        await page.say(teller, teller, "/tip")
        await page.press(teller, teller, KAZAKH("I understand, continue"))
        await page.say(teller, teller, "екі рет төленді")
        for label in ("Go on", "Skip", "Go on", "No, only with the code", "Send it"):
            await page.press(teller, teller, KAZAKH(label))
        await page.press(reviewer, group["id"], "Sealed file")

        async def arrived() -> bool:
            (seen,) = [one for one in await page.chats(reviewer) if one["id"] == group["id"]]
            return any("document" in one for one in seen["messages"])

        await until(arrived)
        (seen,) = [one for one in await page.chats(reviewer) if one["id"] == group["id"]]
        document = next(one["document"] for one in seen["messages"] if "document" in one)
        content = (await client.get(f"/sandbox/files/{document['file_id']}")).content
    file = tmp_path / document["file_name"]
    file.write_bytes(content)
    words = [str(file) if word == "T-XXXXXX.tip" else word for word in shlex.split(command)[1:]]
    result = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert result.exit_code == 0, result.output
    assert "екі рет төленді" in result.output
    again = next(shlex.split(line)[1:] for line in said.splitlines() if "baqylau tips sealed" in line)
    ref, other = file.stem, tmp_path / "again.tip"
    words = [{"T-XXXXXX": ref, "T-XXXXXX.tip": str(other)}.get(word, word) for word in again]
    result = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert result.exit_code == 0, result.output
    assert other.stat().st_size == len(content)
    stop.set()
    await running
    assert not await asyncio.to_thread(Path(shlex.split(command)[-1]).exists), "nothing is kept"
