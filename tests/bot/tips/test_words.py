"""Every text of tips, in every language, passes Telegram's own parser and says nothing that cannot be kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from jinja2 import Environment

from alerts.channels.base import Message as Page
from bot.chat.texts import render
from bot.tips.audit import Line
from bot.tips.counts import Counts
from bot.tips.desk import Tip
from bot.tips.drafts import Draft, Step
from bot.tips.files.kinds import Why
from bot.tips.limits import Verdict
from bot.tips.news import News, Said
from bot.tips.reviewer import words
from bot.tips.roles import Act
from bot.tips.states import Decline, Outcome, State
from bot.tips.tipper import screens
from templates import ROOT
from tests.bot.chat.talking import LANGUAGES, parse

HOSTILE = "<b>x</b> & <a href='javascript:1'>y</a> " + "ж" * 200
PLAIN = ("first_read", "closed", "private", "cancelled", "no_code", "code_wait", "unknown_code",
         "draft_first", "edited_late")  # fmt: skip


def a_tip(clock: Any, state: State, outcome: str = "") -> Tip:
    now = clock()
    return Tip(
        id=2**63 - 1, ref="T-AAAAAA", state=state, outcome=outcome, received_at=now, changed_at=now, heard_at=now,
        warned_at=None, held=True, claimed_by=5, topic=1, header=2, tender_id=2**63 - 1, buyer_id="KZ-BIN-100640000017",
        merged_into=None, public=b"", private=b"",
    )  # fmt: skip


def pages(language: str, clock: Any) -> Iterator[Page]:
    full = Draft.new(Step.WHAT, clock(), texts=3, files=1, size=5, ask=True)
    yield from _told(full, language, clock)
    for step in Step:
        at = Draft.new(step, clock())
        yield screens.interrupted(at, language)
        for forwarded in (True, False):
            yield screens.at_step(at, language, about=HOSTILE, forwarded=forwarded)
            yield screens.warning(language, forwarded=forwarded)
    for why in Why:
        yield screens.refused(why, full, language)
    yield from (screens.limited(verdict, language) for verdict in Verdict)
    yield from (screens.plain(name, language) for name in PLAIN)
    said = [News(kind, HOSTILE if kind is not Said.WARNING else "2026-12-01") for kind in Said]
    for state in State:
        tip = a_tip(clock, state, {State.DECLINED: Decline.SPAM, State.CLOSED: Outcome.MENDED}.get(state, ""))
        yield screens.standing(tip, tip if state is State.MERGED else None, said, language)
        yield screens.mine([tip] * 3, language)
        yield words.listed([tip], language)
        for menu in ("", "declines", "closes"):
            yield words.header(tip, language, "Asia/Almaty", menu=menu)
    yield words.listed([], language)
    yield words.counted(Counts(dict.fromkeys(State, 10**6), 5, 0), language)
    yield words.counted(Counts({}, 0, 0), language)
    yield words.audited([], language, "Asia/Almaty")
    line = Line(clock(), "9" * 19, Act.ROTATE, "T-AAAAAA", "x" * 64)
    yield words.audited([line] * 25, language, "Asia/Almaty")
    yield from (Page(render("tips/trouble", language, reason=reason, waiting=3)) for reason in (HOSTILE, ""))
    yield from (words.said(name, language) for name in words.NOTES)


def _told(draft: Draft, language: str, clock: Any) -> Iterator[Page]:
    yield screens.safer([HOSTILE], language)
    yield screens.kept(draft, language)
    yield screens.code("1234567890123456", language)
    yield screens.sent_already(language)
    yield screens.unreadable(draft, language)
    yield screens.code_inside(draft, language)
    yield screens.set_aside(draft, language, "Asia/Almaty", clock())
    yield from (screens.code_typed(language, right=right) for right in (True, False))
    yield screens.erased(3, 2, language)
    yield screens.paused(draft, language, "Asia/Almaty", clock() - timedelta(hours=3))
    yield screens.ask_code(language)
    yield screens.news_waits(2**63 - 1, language)
    yield from (screens.added(language, done=done) for done in (True, False))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_passes_telegram_s_own_parser_and_fits(language: str, clock: Any) -> None:
    for page in pages(language, clock):
        answer = parse(page.html)
        assert answer["@type"] == "formattedText", (answer, page.html[:200])
        assert 0 < len(answer["text"].encode("utf-16-le")) // 2 <= 4096
        for button in (button for row in page.buttons for button in row):
            assert 1 <= len(button.text) <= 64
            assert len(button.data.encode()) <= 55, "a signature stands behind it"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_promised_that_cannot_be_kept(language: str, clock: Any) -> None:
    never = re.compile(r"!|anonym|secure\b|guarantee|аноним|гарант|безопасно\b|анонимді|кепілдік", re.IGNORECASE)
    for page in pages(language, clock):
        text = page.html.replace("That is less safe", "").replace("менее безопасно", "")
        assert not never.search(text), never.search(text)


def test_the_warning_says_what_it_has_to() -> None:
    text = screens.warning("en", forwarded=False).html
    for said in ("not end-to-end encrypted", "IP address", "work phone", "IIN", "do not use this bot", "liability"):
        assert said in text
    labels = [button.text for row in screens.warning("en", forwarded=False).buttons for button in row]
    assert labels == ["I understand, continue", "Show safer ways", "Cancel and erase"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_of_news_is_one_sentence_that_tells_nothing(language: str) -> None:
    """A contract: a locked phone shows it to whoever passes by."""
    said = {"kk": "Сізге жаңалық бар.", "ru": "Для вас есть новости.", "en": "There is news for you."}
    assert screens.news_waits(7, language).html == said[language]


def test_every_template_of_tips_is_shown_somewhere(clock: Any) -> None:
    used: set[str] = set()
    original = Environment.get_template

    def watched(self: Environment, name: str, *args: object, **kwargs: object) -> object:
        used.add(name)
        return original(self, name, *args, **kwargs)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Environment, "get_template", watched)
        list(pages("en", clock))
    assert used == {f"tips/{path.name}" for path in (ROOT / "telegram" / "chat" / "tips").glob("*.j2")}
