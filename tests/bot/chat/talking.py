"""A person with a phone: writes, presses, reads what stands in the chat. Telegram is the sandbox, over real HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import tdjson
from aiogram import Dispatcher

from alerts.channels.telegram.signing import read_signed, sign
from alerts.channels.telegram.transport import connect
from alerts.render import Renderer
from alerts.subscriptions import Subscriptions
from bot.chat import Services, build_dispatcher
from bot.chat.card_buttons import CardButtons
from bot.fsm import SqlStorage
from bot.inbox import Inbox, Receiver, Worker
from bot.sandbox import Sandbox
from bot.sandbox.people import Chat, Person
from watchers.database import Database
from watchers.encoding import Judged
from watchers.indicators.base import Family, Finding, Status, Subject, Tier
from watchers.ocds import Release
from watchers.sources.base import Batch, Record
from watchers.store import Store

LANGUAGES = ("kk", "ru", "en")
_free: list[Dispatcher] = []  # built already, at work for nobody
tdjson.td_execute(b'{"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}')


def services_on(database: Database, clock: Any, countries: frozenset[str] = frozenset({"KZ"})) -> Services:
    return Services(
        database=database,
        subscriptions=Subscriptions(database, clock),
        store=Store(database, clock),
        renderer=Renderer(clock, actions=CardButtons()),
        storage=SqlStorage(database, clock),
        clock=clock,
        countries=countries,
    )


class Talk:
    """One bot process beside a sandbox. Every step goes the whole way: getUpdates, inbox, dispatcher, Bot API."""

    def __init__(self, sandbox: Sandbox, database: Database, clock: Any) -> None:
        self.sandbox = sandbox
        self.database = database
        self.clock = clock
        self.services = services_on(database, clock)
        self.bot = connect(sandbox.token, sandbox.api_base)
        self._dispatcher: Dispatcher | None = None
        self.wire()

    def wire(self) -> None:
        self.inbox = Inbox(self.database, self.clock)
        self.receiver = Receiver(self.bot, self.inbox, timeout=0)
        self.worker = Worker(self.inbox, self.dispatcher(), self.bot)

    def dispatcher(self) -> Dispatcher:
        """Of these services. One serves many talks: a thousand tests need one, and each costs a tenth of a second."""
        if self._dispatcher is None:
            self._dispatcher = _free.pop() if _free else build_dispatcher(self.services)
        self._dispatcher["services"], self._dispatcher.fsm.storage = self.services, self.services.storage
        return self._dispatcher

    async def close(self) -> None:
        """Nobody talks any more."""
        await self.bot.session.close()
        if self._dispatcher is not None:
            _free.append(self._dispatcher)

    def restart(self, countries: frozenset[str] = frozenset({"KZ"})) -> None:
        """Forget everything a process holds; the database stays."""
        self.services = services_on(self.database, self.clock, countries)
        self.wire()

    async def settle(self) -> None:
        """Receive and handle until nothing is left; people take a moment between two steps."""
        self.clock.advance(seconds=2)
        while await self.receiver.receive():
            await self.worker.drain()

    def person(self, language: str) -> Person:
        return next(one for one in self.sandbox.world.people.values() if one.language == language)

    def chat(self, who: Person | Chat) -> Chat:
        return who if isinstance(who, Chat) else self.sandbox.world.chats[who.id]

    async def say(self, person: Person, text: str, chat: Chat | None = None, reply_to: int = 0) -> None:
        self.sandbox.crowd.send(person, text, chat, reply_to=reply_to)
        await self.settle()

    def messages(self, who: Person | Chat) -> list[dict[str, Any]]:
        """What the bot wrote and still stands there, oldest first."""
        bot = self.sandbox.world.bot["id"]
        return [one for one in self.chat(who).messages.values() if one["from"]["id"] == bot and "text" in one]

    def last(self, who: Person | Chat) -> str:
        return str(self.messages(who)[-1]["text"])

    def buttons(self, who: Person | Chat) -> dict[str, str]:
        """Labels of the last message with buttons, and what each says when pressed (or the link it opens)."""
        chat = self.chat(who)
        for message in reversed(self.messages(who)):
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            if rows:
                return {one["text"]: self.says(one, chat) or one.get("url", "") for row in rows for one in row}
        return {}

    def says(self, button: dict[str, str], chat: Chat) -> str | None:
        """What a button says, once its signature is checked as the bot will check it."""
        return read_signed(self.sandbox.token, chat.id, button.get("callback_data", ""))

    async def press(self, person: Person, data: str, chat: Chat | None = None, settle: bool = True) -> None:
        """Press the newest button that says exactly `data`."""
        place = chat or self.chat(person)
        for message in reversed(self.messages(place)):
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            if any(self.says(one, place) == data for row in rows for one in row):
                self.sandbox.crowd.press(person, place, message["message_id"], sign(self.sandbox.token, place.id, data))
                break
        else:
            raise AssertionError(f"no button says {data!r}; there are {self.buttons(place)}")
        if settle:
            await self.settle()

    async def forge(
        self,
        person: Person,
        data: str,
        message_id: int = 0,
        chat: Chat | None = None,
        *,
        signed: bool = True,
        settle: bool = True,
    ) -> None:
        """Send any data for any message; signed as if we had made the button, or as a changed client has to send it."""
        place = chat or self.chat(person)
        data = sign(self.sandbox.token, place.id, data) if signed else data
        message = place.messages.get(message_id) or self.messages(place)[-1]
        query = self.sandbox.world.add_query(person, place, message["message_id"])
        body = {"id": query, "from": person.as_json(), "message": message, "chat_instance": "1", "data": data}
        self.sandbox.world.updates.add("callback_query", body)
        if settle:
            await self.settle()

    def toasts(self) -> list[str]:
        """The words every pressed button was answered with, '' for none."""
        entries = self.sandbox.ledger.accepted(method="answerCallbackQuery")
        return [str(getattr(one, "text", "") or "") for one in entries]

    async def follow(self, person: Person, language: str, region: str = "KZ-61", chat: Chat | None = None) -> None:
        """The short way to a first filter."""
        await self.say(person, "/start", chat)
        await self.press(person, f"language:{language}", chat)
        await self.press(person, "scope:region", chat)
        data = f"region:{region}"
        if data not in self.buttons(chat or person).values():
            await self.press(person, "regions:KZ:1", chat)
        await self.press(person, data, chat)
        await self.keep(person, "1", chat)

    async def keep(self, person: Person, weight: str = "-", chat: Chat | None = None) -> None:
        """From the preview on: choose how much comes ("-": what is worth a look) and save."""
        if weight != "-":
            await self.press(person, "edit:menu", chat)
            await self.press(person, "open:min_weight:0", chat)
            await self.press(person, f"pick:min_weight:{weight}", chat)
        await self.press(person, "edit:save", chat)

    async def kept(self, who: Person | Chat) -> list[Any]:
        subscriber = await self.services.subscriptions.subscriber("telegram", str(who.id))
        return await self.services.subscriptions.filters(subscriber.id) if subscriber else []

    async def state(self, who: Person | Chat) -> str:
        subscriber = await self.services.subscriptions.subscriber("telegram", str(who.id))
        return str(subscriber.state) if subscriber else "unknown"


RELEASE = {
    "ocid": "ocds-demo-000001",
    "id": "1",
    "date": "2026-11-22T08:00:00Z",
    "buyer": {
        "id": "KZ-BIN-100640000017",
        "name": "КГУ «Отдел образования Алгабасского района»",
        "identifier": {"scheme": "KZ-BIN", "id": "100640000017"},
    },
    "tender": {"id": "1", "title": "Ремонт кровли школы № 12", "value": {"amount": 48200000, "currency": "KZT"}},
}
FLAG = Finding(
    ocid="ocds-demo-000001",
    indicator="R003",
    version=1,
    status=Status.FIRED,
    subject=Subject(role="tender", id="ocds-demo-000001"),
    tier=Tier.A,
    weight=4,
    family=next(iter(Family)),
    value=Decimal(3),
    threshold=Decimal(5),
    unit="working_days",
    facts={"kind": "open"},
)


async def store_tender(
    store: Store,
    number: int = 1,
    flags: Sequence[Finding] = (FLAG,),
    names: dict[str, str] | None = None,
    **changed: Any,
) -> int:
    """Store the invented tender (or another just like it) with its flags; returns the newest tender's id.

    `changed`: fields of the tender that are otherwise; `names`: its buyer's by language.
    """
    record_ = RELEASE | {"ocid": f"ocds-demo-{number:06}", "tender": {**RELEASE["tender"], **changed}}
    record_["buyer"] = RELEASE["buyer"] | {f"name_{language}": name for language, name in (names or {}).items()}
    release = msgspec.json.decode(msgspec.json.encode(record_), type=Release)
    raw = msgspec.json.encode(record_)
    record = Record(release=release, raw=raw, url="https://example.org/1", link="https://example.org/tender/1")
    batch = Batch(records=[record], rejected=[], cursor="1")
    await store.save("demo", batch, [Judged(record, list(flags))], cursor="1")
    return (await store.recent_tenders(1))[0].id


def parse(text: str) -> dict[str, Any]:
    """The real parser's answer for Telegram HTML: the code that Telegram's own server runs."""
    request = {"@type": "parseTextEntities", "text": text, "parse_mode": {"@type": "textParseModeHTML"}}
    answer = tdjson.td_execute(msgspec.json.encode(request))
    return dict(msgspec.json.decode(answer))
