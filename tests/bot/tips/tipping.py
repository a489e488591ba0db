"""Somebody who tells something to a bot that takes tips."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from alerts.channels.telegram.signing import sign
from bot.config_sections import Tips
from bot.inbox import Inbox, Receiver, Worker
from bot.sandbox import Sandbox
from bot.sandbox.people import Chat, Person
from bot.tips.bundle import sealed_tip
from bot.tips.keyholder.keys import SecretKey
from bot.tips.keyholder.opener import Told, open_bundle
from bot.tips.reviewer.alarm import OperatorAlarm
from bot.tips.rounds import Rounds
from bot.tips.service import open_tips
from bot.tips.tables import tips
from bot.tips.tipper.interrupted import Interrupted
from tests.bot.chat.talking import Talk
from watchers.database import Database, metadata

CODE = re.compile(r"\b\d{4} \d{4} \d{4} \d{4}\b")


class Tipping(Talk):
    """`settings` changes the section [tips]."""

    admins: tuple[int, ...] = ()

    def __init__(self, sandbox: Sandbox, database: Database, clock: Any, key: SecretKey, **settings: Any) -> None:
        self.key = key
        self.settings = Tips(**{"public_keys": (key.recipient.text,)} | settings)
        super().__init__(sandbox, database, clock)

    def wire(self) -> None:
        service = open_tips(self.settings, self.database, self.clock, fallback_secret=self.sandbox.token)
        self.tips = service
        self.services = replace(self.services, tips=service)
        self.inbox = Inbox(self.database, self.clock, confiding=service.confiding)
        self.receiver = Receiver(self.bot, self.inbox, timeout=0)
        alarm = OperatorAlarm(self.services.subscriptions, self.admins, "en")
        self.rounds = Rounds(service, self.clock, alarm)
        interrupted = Interrupted(self.services)
        self.worker = Worker(self.inbox, self.dispatcher(), self.bot, interrupted=interrupted)

    async def monitors(self, **accounts: Any) -> Chat:
        """A group of monitors with topics: the reviewer is Emma, the lead Timur, unless told otherwise."""
        reviewer, lead = self.person("en"), self.person("ru")
        group = self.sandbox.crowd.add_group("Monitors", [lead, reviewer], kind="supergroup")
        roles = {"reviewers": (reviewer.id,), "leads": (lead.id,)} | accounts
        self.settings = self.settings.model_copy(update={"group": group.id} | roles)
        self.wire()
        await self.settle()
        return group

    async def around(self) -> None:
        """What the bot does about tips without being asked."""
        while await self.rounds.do_one(self.bot):
            pass

    async def order(self, person: Person, text: str, group: Chat, topic: int = 0) -> str:
        """A command in a topic; returns the newest message of the group."""
        body = {"text": text, "message_thread_id": topic, "is_topic_message": bool(topic)}
        entity = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
        message = self.sandbox.world.post(group, person.as_json(), entities=entity, **body)
        self.sandbox.world.updates.add("message", message)
        await self.settle()
        return self.last(group)

    def said_in(self, group: Chat) -> list[str]:
        """Everything that stands in the group, files' names too."""
        return [json.dumps(one, ensure_ascii=False) for one in group.messages.values()]

    async def accept(self, person: Person) -> None:
        """Up to the first question."""
        await self.say(person, "/tip")
        await self.press(person, "tip:ok:")

    async def tell(self, person: Person, *words: str, ask: str = "yes") -> str:
        """A whole tip; returns its code."""
        await self.accept(person)
        for each in words:
            await self.say(person, each)
        await self.forge(person, f"tip:ask:{ask}")
        await self.press(person, "tip:send:")
        return self.code(person)

    def forge_now(self, person: Person, data: str) -> None:
        """Press whatever button of the newest message; somebody else handles it."""
        message = self.messages(person)[-1]
        query = self.sandbox.world.add_query(person, self.chat(person), message["message_id"])
        body = {"id": query, "from": person.as_json(), "message": message, "chat_instance": "1"}
        body["data"] = sign(self.sandbox.token, person.id, data)
        self.sandbox.world.updates.add("callback_query", body)

    def code(self, person: Person) -> str:
        """The code that stands in the chat."""
        found = CODE.findall("\n".join(str(one["text"]) for one in self.messages(person)))
        return str(found[-1]) if found else ""

    async def opened(self, ref: str = "") -> list[Told]:
        """What the newest tip (or the one called so) says, read with the key."""
        query = select(tips.c.id, tips.c.ref).order_by(tips.c.id.desc()).limit(1)
        async with self.database.read() as connection:
            row = (await connection.execute(query.where(tips.c.ref == ref) if ref else query)).one()
        return open_bundle(await sealed_tip(self.database, row.id, row.ref), self.key)

    async def rows_of(self, *names: str) -> dict[str, int]:
        """How many rows these tables have, without the empty ones."""
        return {name: count for name, count in (await self.rows()).items() if name in names}

    async def rows(self, *leave_out: str) -> dict[str, int]:
        """How many rows each table has that has any."""
        counts: dict[str, int] = {}
        async with self.database.read() as connection:
            for table in metadata.sorted_tables:
                count = (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                if count and table.name not in leave_out:
                    counts[table.name] = count
        return counts
