"""The menu of commands and the descriptions: in every language, set only where they differ, named in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.chat import introduce
from bot.chat.callbacks import Scope
from bot.chat.texts import COMMANDS, FOR_MEMBERS, NOT_IN_GROUPS, OPERATOR
from bot.sandbox.methods.settings import commands_for
from bot.sandbox.people import Chat, Person
from tests.bot.chat.talking import LANGUAGES, Talk

PAGE = Path(__file__).parents[3] / "docs" / "chat.md"


@pytest.fixture
def dialect() -> str:
    return "sqlite"


async def test_the_bot_introduces_itself_once_in_each_language(talk: Talk) -> None:
    assert await introduce(talk.bot) >= 18
    assert await introduce(talk.bot) == 0
    for code, line in ((None, "Начать"), ("kk", "Бастау"), ("ru", "Начать"), ("en", "Begin")):
        commands = await talk.bot.get_my_commands(language_code=code)
        assert [one.command for one in commands] == list(COMMANDS)
        assert commands[0].description.startswith(line)
    await talk.bot.set_my_description("something old", language_code="kk")
    assert await introduce(talk.bot) == 1


async def test_every_command_of_the_menu_is_understood(talk: Talk) -> None:
    person = talk.person("en")
    for command in COMMANDS:
        await talk.say(person, f"/{command}")
        assert not talk.last(person).startswith("I did not understand"), command


def seen(talk: Talk, chat_id: int, person: Person) -> dict[str, str]:
    menu = commands_for(talk.sandbox.world, chat_id, person.language, person.id)
    return {one["command"]: one["description"] for one in menu}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_operator_alone_has_their_commands_in_the_menu_from_their_first_start_on(
    talk: Talk, language: str
) -> None:
    operator = talk.person(language)
    other = next(one for one in talk.sandbox.people if one.id != operator.id)
    object.__setattr__(talk.services, "admins", frozenset({operator.id}))
    await talk.say(other, "/start")
    await introduce(talk.bot, talk.services.admins)
    assert list(seen(talk, operator.id, operator)) == list(COMMANDS), "there is no chat with them yet"
    await talk.say(operator, "/start")
    assert list(seen(talk, operator.id, operator)) == [*COMMANDS, *OPERATOR]
    assert await introduce(talk.bot, talk.services.admins) == 0
    assert list(seen(talk, other.id, other)) == list(COMMANDS)
    lines = {person.language: seen(talk, operator.id, person)["stats"] for person in talk.sandbox.people}
    assert len(set(lines.values())) == 3, "in the language of their client"


async def test_members_of_a_group_are_offered_what_they_may_ask_there_and_get_an_answer(talk: Talk) -> None:
    owner, member = talk.person("kk"), talk.person("en")
    group = talk.sandbox.crowd.add_group("Neighbours", [owner, member], kind="supergroup")
    await introduce(talk.bot)
    await talk.say(owner, "/start", group)
    assert list(seen(talk, group.id, member)) == list(FOR_MEMBERS)
    assert list(seen(talk, group.id, owner)) == [one for one in COMMANDS if one not in NOT_IN_GROUPS]
    for person, menu in ((member, set(FOR_MEMBERS)), (owner, set(COMMANDS) - NOT_IN_GROUPS)):
        assert await answered(talk, person, group) - {"tip"} == menu, "/tip says only that it is for a private chat"


async def answered(talk: Talk, person: Person, group: Chat) -> set[str]:
    """The commands that a group's member gets an answer to, there."""
    found = set()
    for command in COMMANDS:
        before = len(talk.messages(group))
        await talk.say(person, f"/{command}", group)
        talk.clock.advance(minutes=1)
        found |= {command} if len(talk.messages(group)) > before else set()
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"| `/{command}` |" in PAGE.read_text(encoding="utf-8")


def test_the_docs_name_no_command_that_is_not_there() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    named = {line.split("`")[1].removeprefix("/") for line in lines if line.startswith("| `/")}
    assert named == {*COMMANDS, *OPERATOR}
    assert len(Scope) == 4
