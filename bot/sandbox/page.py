"""The chat page: its files, the state it shows, what people do on it, and the live stream of changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.sandbox.arguments import Arguments, Upload, read_arguments
from bot.sandbox.crowd import Crowd, NotPossible
from bot.sandbox.errors import ApiError
from bot.sandbox.files import PICTURES
from bot.sandbox.methods.settings import commands_for, description_for
from bot.sandbox.people import Chat, Person
from bot.sandbox.safety import FILE_POLICY

STATIC = Path(__file__).parent / "static"
SHOWN_MESSAGES = 60
SHOWN_PEOPLE = 200
PING_SECONDS = 20.0
Act = Callable[["ChatPage", Person, Arguments], Any]


class ChatPage:
    """Answers / and everything the page asks for under /sandbox/."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.world = crowd, crowd.world
        self._streams: set[asyncio.Task[Any]] = set()

    def add_routes(self, app: web.Application) -> None:
        """Take the addresses of the page."""
        app.router.add_get("/", self._file("index.html"))
        app.router.add_static("/static", STATIC)
        app.router.add_get("/favicon.ico", self._file("icon.svg"))
        app.router.add_get("/sandbox/state", self.state)
        app.router.add_get("/sandbox/chats/{chat:-?[0-9]+}/messages", self.older)
        app.router.add_get("/sandbox/files/{file_id}", self.file)
        app.router.add_get("/sandbox/events", self.events)
        app.router.add_post("/sandbox/people/{person:[0-9]+}/{act:[a-z]+}", self.act)
        app.router.add_post("/sandbox/people", self.add_person)
        app.on_shutdown.append(self.end_streams)

    async def state(self, request: web.Request) -> web.Response:
        """Return everything one person sees: people, their chats with the newest messages, commands, description."""
        person = self._person(request.query.get("person", ""))
        people = list(self.world.people.values())[:SHOWN_PEOPLE]
        if person not in people:
            people.append(person)
        return web.json_response(
            {
                "seq": self.world.feed.published,
                "bot": self.world.bot,
                "person": person.id,
                "people": [self._person_json(each) for each in people],
                "chats": [self._chat_json(chat, person) for chat in self._chats_of(person)],
                "description": description_for(self.world, person.language),
            }
        )

    async def older(self, request: web.Request) -> web.Response:
        """Return messages before an id, oldest first."""
        chat = self._chat(request.match_info["chat"])
        before = int(request.query.get("before", "0") or 0)
        known = [message for message_id, message in chat.messages.items() if message_id < before]
        return web.json_response({"messages": known[-SHOWN_MESSAGES:], "more": len(known) > SHOWN_MESSAGES})

    async def file(self, request: web.Request) -> web.Response:
        """Return a file to look at (pictures) or to save (everything else)."""
        try:
            stored = self.world.files.get(request.match_info["file_id"])
        except ApiError as error:
            raise web.HTTPNotFound(text=error.description) from None
        headers = {"Content-Security-Policy": FILE_POLICY}
        kind = stored.mime_type
        if kind not in PICTURES:
            kind = "application/octet-stream"
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(stored.name)}"
        return web.Response(body=stored.content, content_type=kind, headers=headers)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream changes as server-sent events until the page goes away."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        with self.world.feed.reading() as queue:
            await response.prepare(request)
            await response.write(b'data: {"type":"hello"}\n\n')
            task = asyncio.current_task()
            if task is not None:
                self._streams.add(task)
                task.add_done_callback(self._streams.discard)
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), PING_SECONDS)
                    await response.write(f"data: {json.dumps(event)}\n\n".encode())
                except TimeoutError:
                    await response.write(b": still here\n\n")
                except (ConnectionError, asyncio.CancelledError):
                    return response

    async def act(self, request: web.Request) -> web.Response:
        """Do what a person did on the page."""
        person = self._person(request.match_info["person"])
        act = ACTS.get(request.match_info["act"])
        if act is None:
            raise web.HTTPNotFound(text="sandbox: nobody can do that")
        try:
            result = act(self, person, await read_arguments(request))
        except (NotPossible, ApiError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(result if isinstance(result, dict) else {})

    async def add_person(self, request: web.Request) -> web.Response:
        """Let one more person in."""
        arguments = await read_arguments(request)
        name = arguments.text("first_name").strip()[:64]
        language = arguments.text("language")
        if not name or language not in ("kk", "ru", "en"):
            return web.json_response({"error": "A person needs a name and a language."}, status=400)
        return web.json_response({"id": self.crowd.add(name, language).id})

    def chat_of(self, arguments: Arguments) -> Chat:
        """Return the chat an act is about."""
        return self._chat(arguments.text("chat"))

    async def end_streams(self, _app: web.Application | None = None) -> None:
        """End every live stream; the pages open new ones."""
        for task in list(self._streams):
            task.cancel()

    def _file(self, name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(_request: web.Request) -> web.StreamResponse:
            return web.FileResponse(STATIC / name)

        return answer

    def _person(self, text: str) -> Person:
        if not text:
            return next(iter(self.world.people.values()))
        person = self.world.people.get(int(text)) if text.isdigit() else None
        if person is None:
            raise web.HTTPNotFound(text=f"sandbox: nobody has the id {text}")
        return person

    def _chat(self, text: str) -> Chat:
        chat = self.world.chats.get(int(text)) if text.lstrip("-").isdigit() else None
        if chat is None:
            raise web.HTTPNotFound(text=f"sandbox: no chat has the id {text}")
        return chat

    def _chats_of(self, person: Person) -> list[Chat]:
        groups = [c for c in self.world.chats.values() if c.kind != "private" and person.id in c.members]
        return [self.world.chats[person.id], *groups]

    def _person_json(self, person: Person) -> dict[str, Any]:
        unread = sum(chat.unread(person) for chat in self._chats_of(person))
        return person.as_json() | {"blocked": person.blocked, "started": person.started, "unread": unread}

    def _chat_json(self, chat: Chat, person: Person) -> dict[str, Any]:
        messages = list(chat.messages.values())
        return {
            "id": chat.id,
            "kind": chat.kind,
            "title": chat.title,
            "members": len(chat.members) + (chat.bot_status in ("member", "administrator")),
            "bot_status": chat.bot_status,
            "migrated_to": chat.migrated_to,
            "messages": messages[-SHOWN_MESSAGES:],
            "more": len(messages) > SHOWN_MESSAGES,
            "unread": chat.unread(person),
            "read": person.read.get(chat.id, 0),
            "keyboard": chat.reply_keyboard,
            "commands": commands_for(self.world, chat.id, person.language, person.id),
        }


def _send(page: ChatPage, person: Person, arguments: Arguments) -> Any:
    return page.crowd.send(person, arguments.text("text"), page.chat_of(arguments))


def _attach(page: ChatPage, person: Person, arguments: Arguments) -> Any:
    chat, caption = page.chat_of(arguments), arguments.text("caption")
    upload = arguments.upload("file")
    if not isinstance(upload, Upload) or not upload.content:
        raise NotPossible("Choose a file that is not empty.")
    if arguments.flag("photo"):
        return page.crowd.send_photo(person, upload.name, upload.content, chat, caption=caption)
    return page.crowd.send_file(person, upload.name, upload.content, chat, caption=caption, mime=upload.content_type)


def _press(page: ChatPage, person: Person, arguments: Arguments) -> Any:
    chat = page.chat_of(arguments)
    data = arguments.text("data")
    return {"query_id": page.crowd.press(person, chat, arguments.integer("message_id"), data)}


def _group(page: ChatPage, person: Person, arguments: Arguments) -> Any:
    others = [each for each in page.world.people.values() if each is not person][:SHOWN_PEOPLE]
    return {"id": page.crowd.add_group(arguments.text("title").strip()[:128] or "Group", [person, *others]).id}


ACTS: dict[str, Act] = {
    "send": _send,
    "attach": _attach,
    "press": _press,
    "start": lambda page, person, arguments: page.crowd.start(person, arguments.text("payload")[:64]),
    "read": lambda page, person, arguments: page.crowd.read(person, page.chat_of(arguments)),
    "block": lambda page, person, _arguments: page.crowd.block(person),
    "unblock": lambda page, person, _arguments: page.crowd.unblock(person),
    "group": _group,
    "remove": lambda page, person, arguments: page.crowd.set_bot_status(person, page.chat_of(arguments), "kicked"),
    "invite": lambda page, person, arguments: page.crowd.set_bot_status(person, page.chat_of(arguments), "member"),
    "upgrade": lambda page, _person, arguments: {"id": page.world.migrate(page.chat_of(arguments)).id},
}
