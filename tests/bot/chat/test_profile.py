"""The menu of commands and the descriptions: in every language, set only where they differ, named in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.chat import introduce
from bot.chat.callbacks import Scope
from bot.chat.handlers import operating
from bot.chat.texts import COMMANDS
from tests.bot.chat.talking import Talk

PAGE = Path(__file__).parents[3] / "docs" / "chat.md"


@pytest.fixture
def dialect() -> str:
    return "sqlite"


async def test_the_bot_introduces_itself_once_in_each_language(talk: Talk) -> None:
    assert await introduce(talk.bot) >= 10
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


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"| `/{command}` |" in PAGE.read_text(encoding="utf-8")


def test_the_docs_name_no_command_that_is_not_there() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    named = {line.split("`")[1].removeprefix("/") for line in lines if line.startswith("| `/")}
    assert named == {*COMMANDS, *operating.COMMANDS}
    assert len(Scope) == 4
