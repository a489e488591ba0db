"""A person who presses every button there is: screens by their buttons, each reached anew from its command.

Telegram is a session that keeps what it is sent, so that hundreds of screens take seconds; buttons are signed and read
as on the way to the real one. Two buttons are the same kind if they differ only in numbers and in whatever stands in
long lists of choices (`_CHOICES`): one of a kind is pressed.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from itertools import count
from typing import Any

import msgspec
from aiogram import Bot, Dispatcher
from aiogram.client.session.base import BaseSession
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import ChatMemberOwner, Message, Update, User

from alerts.channels.telegram.signing import Signed, read_signed, sign
from bot.chat import Services, build_dispatcher

__all__ = ["Screen", "Walker", "kind_of"]

TOKEN = "42:a-token-of-a-bot"
_CHOICES = (
    *("tz", "kind", "code", "tree", "drop", "buyer", "region", "area", "regions", "pick", "body"),
    *("lc", "lf", "lq", "la", "lv", "li"),
)
_LETTERED = re.compile(r".*\d.*")


class Screen(msgspec.Struct, frozen=True):
    """What a press showed: a text with its rows of buttons, or only a toast or a file.

    `path`: how it was reached; `anew`: in a message of its own, what it was pressed under is still there.
    `datas`: what its buttons say.
    """

    path: tuple[str, ...]
    text: str
    rows: list[list[dict[str, Any]]]
    toast: str
    files: int
    anew: bool
    datas: list[str]

    @property
    def heading(self) -> str:
        """What it is known by."""
        return self.text.split("\n", 1)[0]

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """All of its buttons."""
        return [button for row in self.rows for button in row]


def kind_of(data: str) -> str:
    """What is the same of two buttons of one kind."""
    head, *fields = data.split(":")
    if head == "erase":
        return data
    if head in _CHOICES:
        return f"{head}:{fields[0] if head == 'pick' else ''}"
    return ":".join([head, *(_LETTERED.sub("#", one) for one in fields)])


class _Keeping(BaseSession):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[TelegramMethod[Any]] = []

    async def close(self) -> None:
        """Nothing is open."""

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109
    ) -> TelegramType:
        """Take it and answer as Telegram would."""
        self.sent.append(method)
        chat = getattr(method, "chat_id", None)
        if method.__api_method__ == "getChatMember":
            return ChatMemberOwner(user=await _me(bot), is_anonymous=False)  # type: ignore[return-value]
        if chat is None:
            return (await _me(bot)) if method.__api_method__ == "getMe" else True  # type: ignore[return-value]
        number = getattr(method, "message_id", None) or 1000 + len(self.sent)
        return Message.model_validate(_message(int(chat), number)).as_(bot)  # type: ignore[return-value]

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        """No files here."""
        yield b""


async def _me(bot: Bot) -> Any:
    return User(id=bot.id, is_bot=True, first_name="b", username="some_bot")


def _who(chat: int) -> dict[str, Any]:
    return {"id": abs(chat), "is_bot": False, "first_name": "x", "language_code": "en"}


def _message(chat: int, number: int, text: str = "x") -> dict[str, Any]:
    place = {"id": chat, "type": "private"} if chat > 0 else {"id": chat, "type": "supergroup", "title": "x"}
    message = {"message_id": number, "date": 1, "chat": place, "text": text, "from": _who(chat)}
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
    return message


class Walker:
    """Chats with one dispatcher. `prepare` makes a chat ready before a path is gone along.

    `group`: the chats are groups, and who presses administers them.
    """

    def __init__(self, services: Services, prepare: Callable[[int], Awaitable[None]], *, group: bool = False) -> None:
        self._session = _Keeping()
        self.bot = Bot(TOKEN, session=self._session)
        self.bot.session.middleware(Signed())
        self._dispatcher: Dispatcher = build_dispatcher(services)
        self._prepare = prepare
        self._updates = count(1)
        self._chats = count(-1_007_000_000_000, -1) if group else count(7_000_000_000)
        self.chat = 0

    async def go(self, path: tuple[str, ...]) -> Screen:
        """Along a path: a command, then a button of each kind. LookupError for a button that is not on its screen."""
        self.chat = next(self._chats)
        await self._prepare(self.chat)
        screen = await self._say(path[:1])
        for step in range(1, len(path)):
            pressed = next((one for one in screen.datas if kind_of(one) == path[step]), None)
            if pressed is None:
                raise LookupError(f"{path[step]} is not among {[one.get('text') for one in screen.buttons]}")
            screen = await self._press(path[: step + 1], pressed, screen)
        return screen

    def ways(self, screen: Screen) -> list[str]:
        """The kinds of the buttons that are pressed, not links."""
        return list(dict.fromkeys(kind_of(data) for data in screen.datas))

    def _datas(self, rows: list[list[dict[str, Any]]]) -> list[str]:
        signed = [button["callback_data"] for row in rows for button in row if button.get("callback_data")]
        datas = [read_signed(TOKEN, self.chat, one) for one in signed]
        assert None not in datas, f"not signed for this chat: {signed}"
        return [one for one in datas if one]

    async def _say(self, path: tuple[str, ...]) -> Screen:
        return await self._feed(path, {"message": _message(self.chat, 1, path[0])}, None)

    async def _press(self, path: tuple[str, ...], data: str, before: Screen) -> Screen:
        body = {"id": "1", "from": _who(self.chat), "chat_instance": "1", "data": sign(TOKEN, self.chat, data)}
        return await self._feed(path, {"callback_query": body | {"message": _message(self.chat, self._shown)}}, before)

    async def _feed(self, path: tuple[str, ...], body: dict[str, Any], before: Screen | None) -> Screen:
        start = len(self._session.sent)
        await self._dispatcher.feed_update(self.bot, Update.model_validate({"update_id": next(self._updates), **body}))
        text, rows = (before.text, before.rows) if before else ("", [])
        toast, files, anew = "", 0, before is None
        for place, method in enumerate(self._session.sent[start:], start + 1):
            said = method.model_dump(exclude_none=True)
            name = method.__api_method__
            if name == "answerCallbackQuery":
                toast = str(said.get("text") or "")
            elif name in {"sendPhoto", "sendDocument"}:
                files += 1
            elif name in {"sendMessage", "editMessageText"}:
                text = str(said["text"])
                rows = (said.get("reply_markup") or {}).get("inline_keyboard", [])
                anew = anew or name == "sendMessage"
                self._shown = said.get("message_id") or 1000 + place
            elif name == "editMessageReplyMarkup" and said.get("message_id") == self._shown:
                rows = (said.get("reply_markup") or {}).get("inline_keyboard", [])
        return Screen(path, text, rows, toast, files, anew, self._datas(rows))
