"""People and programs that do what nobody planned: junk, forged buttons, floods, taps at once, groups, blocks."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from sqlalchemy import select

from alerts.channels.telegram.signing import sign
from alerts.filters import FILTERS, Criteria
from bot.chat.dispatcher import build_dispatcher
from bot.chat.editing import typed
from bot.fsm import conversations
from bot.inbox import inbox
from tests.bot.chat.talking import LANGUAGES, Talk
from tests.bot.waiting import until


@pytest.fixture
def dialect() -> str:
    """What is tried here does not depend on the database; the journeys run on both."""
    return "sqlite"


CONFUSED = {"kk": "Мұны түсінбедім", "ru": "Не удалось это понять", "en": "I did not understand"}
JUNK = (
    "x" * 4096,
    "🧹" * 2000,
    "<b>bold</b> & <a href='javascript:1'>x</a> &nbsp; _*[]()~`",
    "\u200b\u200b\u200e\u202eабв",
    "/nosuchcommand",
    "/start@another_bot_of_somebody",
    "'; DROP TABLE subscribers; --",
    "%s %(num)s {0} {{ 7 * 7 }}",
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", JUNK)
async def test_anything_typed_gets_a_short_answer_with_a_way_on(talk: Talk, language: str, text: str) -> None:
    person = talk.person(language)
    await talk.say(person, text)
    assert talk.last(person).startswith(CONFUSED[language])
    assert "go:add:0" in talk.buttons(person).values()
    assert "49" not in talk.last(person)


@pytest.mark.parametrize("step", ["kind", "buyer"])
@pytest.mark.parametrize("text", [*(one for one in JUNK if not one.startswith("/")), "nul\x00byte", "%%%", "___"])
async def test_junk_typed_as_an_answer_keeps_the_conversation_going(talk: Talk, step: str, text: str) -> None:
    person = talk.person("en")
    await talk.say(person, "/add")
    await talk.press(person, f"scope:{step}")
    await talk.say(person, text)
    assert "go:add:0" in talk.buttons(person).values()
    assert "broke" not in talk.last(person)


@pytest.mark.parametrize("text", [*JUNK[:4], "%s {{ 7 * 7 }}", "-1", "9" * 4000, "0 – 0"])
async def test_junk_typed_as_any_criterion_keeps_the_filter_and_shows_a_way_on(talk: Talk, text: str) -> None:
    person = talk.person("en")
    await talk.say(person, "/add")
    await talk.press(person, "scope:all")
    for row in FILTERS:
        if "edit:menu" not in talk.buttons(person).values():
            await talk.press(person, "edit:look")
        await talk.press(person, "edit:menu")
        await talk.press(person, f"open:{row.key}:0")
        await talk.say(person, text)
        assert "broke" not in talk.last(person), row.key
        assert {"edit:look", "edit:save"} & set(talk.buttons(person).values())


@pytest.mark.parametrize(
    "content",
    [
        {"sticker": {"file_id": "a", "file_unique_id": "b", "type": "regular", "width": 1, "height": 1,
                     "is_animated": False, "is_video": False}},
        {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}], "caption": "hello"},
        {"text": "/stop", "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
         "forward_origin": {"type": "hidden_user", "sender_user_name": "x", "date": 1}},
        {"location": {"latitude": 43.2, "longitude": 76.9}},
        {"contact": {"phone_number": "70000000000", "first_name": "x"}},
    ],
)  # fmt: skip
async def test_what_is_no_text_of_theirs_is_not_taken_for_a_command(talk: Talk, content: dict[str, Any]) -> None:
    person = talk.person("en")
    await talk.follow(person, "en")
    message = talk.sandbox.world.post(talk.chat(person), person.as_json(), **content)
    talk.sandbox.world.updates.add("message", message)
    await talk.settle()
    assert talk.last(person).startswith(CONFUSED["en"])
    assert await talk.state(person) == "active"


@pytest.mark.parametrize(
    "content",
    [
        {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
        {"write_access_allowed": {}},
    ],
)
async def test_what_happens_to_a_chat_is_not_answered(talk: Talk, content: dict[str, Any]) -> None:
    person = talk.person("kk")
    await talk.follow(person, "kk")
    said = len(talk.messages(person))
    talk.sandbox.world.updates.add("message", talk.sandbox.world.post(talk.chat(person), person.as_json(), **content))
    await talk.settle()
    assert len(talk.messages(person)) == said


async def test_an_edited_message_changes_nothing(talk: Talk) -> None:
    person = talk.person("en")
    await talk.follow(person, "en")
    said = len(talk.messages(person))
    message = talk.sandbox.world.post(talk.chat(person), person.as_json(), text="/stop")
    await talk.inbox.put([{"update_id": 77, "edited_message": message | {"edit_date": 2}}])
    await talk.worker.drain()
    assert (len(talk.messages(person)), await talk.state(person)) == (said, "active")


async def test_a_command_in_the_middle_ends_the_waiting_for_words(talk: Talk) -> None:
    person = talk.person("en")
    await talk.say(person, "/add")
    await talk.press(person, "scope:buyer")
    await talk.say(person, "/filters")
    await talk.say(person, "Алгабас")
    assert talk.last(person).startswith(CONFUSED["en"])


async def test_two_taps_at_once_make_one_filter_and_keep_the_confirmation(talk: Talk) -> None:
    person = talk.person("en")
    await talk.say(person, "/add")
    await talk.press(person, "scope:all")
    await talk.press(person, "edit:save", settle=False)
    await talk.press(person, "edit:save", settle=False)
    await talk.press(person, "edit:menu", settle=False)
    await talk.settle()
    assert len(await talk.kept(person)) == 1
    assert talk.last(person).startswith("Done.")
    assert [toast[:6] for toast in talk.toasts()[-2:]] == ["This b", "This b"]


async def test_pressing_what_changes_nothing_is_no_error_and_no_new_message(talk: Talk) -> None:
    person = talk.person("en")
    await talk.follow(person, "en")
    await talk.say(person, "/filters")
    said = len(talk.messages(person))
    for _ in range(2):
        await talk.forge(person, "go:filters:0")
    assert not await errors(talk)
    assert len(talk.messages(person)) == said


async def test_two_deletes_at_once_delete_one_and_keep_the_undo(talk: Talk) -> None:
    person = talk.person("en")
    await talk.follow(person, "en")
    await talk.say(person, "/filters")
    (kept,) = await talk.kept(person)
    await talk.press(person, f"filter:{kept.id}:open:0")
    for _ in range(2):
        await talk.press(person, f"filter:{kept.id}:delete:0", settle=False)
    await talk.settle()
    assert f"filter:{kept.id}:undo:0" in talk.buttons(person).values()


async def test_another_person_s_filter_cannot_be_touched(talk: Talk) -> None:
    owner, thief = talk.person("kk"), talk.person("en")
    await talk.follow(owner, "kk")
    await talk.follow(thief, "en")
    (kept,) = await talk.kept(owner)
    for action in ("pause", "delete", "undo", "resume"):
        await talk.forge(thief, f"filter:{kept.id}:{action}:0")
        assert talk.toasts()[-1] == "That filter is not there any more."
    assert await talk.kept(owner) == [kept]


FORGED = (
    "", "x", "filter", "filter:1", "filter:abc:pause:0", "filter:1:explode:0", f"filter:{10**30}:pause:0",
    "filter:-1:delete:-5", "region:XX-99", "region:KZ-99", "region:UA-05", "region:", "kind:nothing", "kinds:-7",
    "kinds:999999999999", "regions:QQ:0", "regions:KZ:-3", "scope:nobody", "weight:3", "weight:99", "weight:x",
    "buyer:000000000000", "language:xx", "language:", "erase:2", "go:nowhere:0", "go:filters:-9", "why:x", "why:",
    "weight:1", "ж" * 32, "<b>", "'--", "go:resume:0", "edit:save", "edit:menu", "edit:explode", "pick:min_amount:10 m",
    "pick:nothing:1", "pick:min_weight:9", "clear:region", "clear:x", "drop:words:aaaa", "open:region:0", "open:x:0",
    "widen:99", "tree::0", "tree:99:0", "tree:4391:-1", "code:4391", "code:99", "area:KZ-61:0", "area:KZ-99:0",
    "area:KZ:0", "region:KZ-61-36", "code:", "filter:1:edit:0", "filter:1:copy:0", "filter:1:unname:0",
)  # fmt: skip


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("data", FORGED)
async def test_forged_data_is_answered_and_changes_nothing(talk: Talk, data: str, signed: bool) -> None:
    person = talk.person("en")
    await talk.follow(person, "en")
    kept = await talk.kept(person)
    answered = len(talk.toasts())
    await talk.forge(person, data, signed=signed)
    assert len(talk.toasts()) == answered + 1
    assert await talk.kept(person) == kept
    assert "broke" not in talk.last(person)
    assert not await errors(talk)


async def errors(talk: Talk) -> list[str]:
    async with talk.database.read() as connection:
        return list((await connection.execute(select(inbox.c.error).where(inbox.c.error != ""))).scalars())


async def test_buttons_work_after_a_redeploy_and_a_finished_choice_says_it_is_over(talk: Talk) -> None:
    person = talk.person("en")
    await talk.say(person, "/add")
    await talk.press(person, "scope:all")
    weights = talk.messages(person)[-1]["message_id"]
    talk.restart()
    await talk.keep(person)
    assert len(await talk.kept(person)) == 1
    await talk.forge(person, "edit:save", weights)
    assert "out of date" in talk.toasts()[-1]
    assert len(await talk.kept(person)) == 1


async def test_an_older_wizard_s_button_does_not_finish_a_newer_one(talk: Talk) -> None:
    person = talk.person("en")
    await talk.say(person, "/add")
    await talk.press(person, "scope:all")
    older = talk.messages(person)[-1]["message_id"]
    await talk.say(person, "/add")
    await talk.press(person, "scope:kind")
    await talk.press(person, "kind:fuel")
    await talk.forge(person, "edit:save", older)
    assert await talk.kept(person) == []


async def test_a_draft_of_yesterday_is_out_of_date(talk: Talk) -> None:
    person = talk.person("en")
    await talk.say(person, "/add")
    await talk.press(person, "scope:all")
    talk.clock.advance(days=1, minutes=1)
    await talk.press(person, "edit:save")
    assert await talk.kept(person) == []
    assert "out of date" in talk.toasts()[-1]


async def test_a_running_worker_deletes_what_nobody_finished(talk: Talk) -> None:
    person = talk.person("en")
    await talk.say(person, "/add")
    await talk.press(person, "scope:all")
    talk.clock.advance(days=1, minutes=1)
    task = asyncio.create_task(talk.worker.run())

    async def gone() -> bool:
        async with talk.database.read() as connection:
            return not (await connection.execute(select(conversations))).all()

    await until(gone)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert await gone(), "and it stays deleted"
    await talk.press(person, "edit:save")
    assert "out of date" in talk.toasts()[-1]
    assert await talk.kept(person) == []


async def test_a_button_under_a_message_that_is_gone_is_answered_anew(talk: Talk) -> None:
    person = talk.person("en")
    await talk.say(person, "/filters")
    message = talk.messages(person)[-1]
    query = talk.sandbox.world.add_query(person, talk.chat(person), message["message_id"])
    talk.sandbox.world.delete(talk.chat(person), message["message_id"])
    data = sign(talk.sandbox.token, person.id, "go:add:0")
    for shape in (message, {"chat": message["chat"], "message_id": message["message_id"], "date": 0}):
        body = {"id": query, "from": person.as_json(), "message": shape, "chat_instance": "1", "data": data}
        talk.sandbox.world.updates.add("callback_query", body)
        await talk.settle()
        assert talk.last(person).startswith("What do you want to watch?")
    assert len(talk.messages(person)) == 2


async def test_the_twenty_first_filter_is_refused_with_a_way_out(talk: Talk) -> None:
    person = talk.person("ru")
    await talk.follow(person, "ru")
    subscriber = await talk.services.subscriptions.subscriber("telegram", str(person.id))
    assert subscriber is not None
    for number in range(1, talk.services.subscriptions.limit):
        await talk.services.subscriptions.add(subscriber.id, Criteria(words=(f"слово{number}",)))
    await talk.say(person, "/add")
    await talk.press(person, "scope:all")
    await talk.keep(person, "0")
    assert "20 фильтров" in talk.last(person)
    assert "go:filters:0" in talk.buttons(person).values()


async def test_a_flood_is_told_once_and_then_ignored_for_a_minute(talk: Talk) -> None:
    person, other = talk.person("en"), talk.person("kk")
    for number in range(60):
        talk.sandbox.crowd.send(person, f"spam {number}")
    await talk.settle()
    texts = [one["text"] for one in talk.messages(person)]
    assert len([text for text in texts if text.startswith("That was a lot")]) == 1
    assert 20 <= len(texts) <= 40
    await talk.say(other, "/help")
    assert talk.messages(other), "others are served meanwhile"
    said = len(texts)
    await talk.say(person, "/help")
    assert len(talk.messages(person)) == said
    talk.clock.advance(minutes=2)
    await talk.say(person, "/help")
    assert len(talk.messages(person)) == said + 1


async def test_a_group_whose_administrators_write_unnamed_is_not_silenced_by_another_such_group(talk: Talk) -> None:
    """Telegram gives one and the same user to all who write as their group."""
    unnamed = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    loud, calm = (talk.sandbox.crowd.add_group(title, kind="supergroup") for title in ("Loud", "Calm"))
    for chat, times in ((loud, 60), (calm, 1)):
        for _ in range(times):
            message = talk.sandbox.world.post(
                chat, unnamed, text="/add", sender_chat={"id": chat.id, "type": "supergroup", "title": chat.title},
                entities=[{"type": "bot_command", "offset": 0, "length": 4}],
            )  # fmt: skip
            talk.sandbox.world.updates.add("message", message)
        await talk.settle()
    assert 20 <= len(talk.messages(loud)) <= 40
    assert len(talk.messages(calm)) == 1


async def test_a_handler_that_breaks_says_sorry_records_no_words_and_the_next_goes_on(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the person wrote: my secret words")

    monkeypatch.setattr(typed, "find_bodies", broken)
    talk.worker._dispatcher = build_dispatcher(talk.services)
    person = talk.person("ru")
    await talk.say(person, "/add")
    await talk.press(person, "scope:buyer")
    await talk.say(person, "my secret words")
    assert talk.last(person).startswith("У нас что-то сломалось")
    (error,) = await errors(talk)
    assert error.startswith("RuntimeError at ")
    assert "secret" not in error
    await talk.say(person, "/filters")
    assert "Вы пока" in talk.last(person)


async def test_telegram_out_of_reach_means_the_same_update_again(talk: Talk) -> None:
    person = talk.person("en")
    talk.sandbox.faults.drop_before(method="sendMessage", count=1)
    await talk.say(person, "/help")
    assert talk.messages(person) == []
    assert await talk.inbox.waiting() == 1
    talk.clock.advance(seconds=5)
    await talk.worker.drain()
    assert talk.last(person).startswith("What this bot does")
    assert await talk.inbox.waiting() == 0


async def test_a_block_makes_unreachable_and_keeps_the_filters_an_unblock_brings_back(talk: Talk) -> None:
    person = talk.person("kk")
    await talk.follow(person, "kk")
    talk.sandbox.crowd.block(person)
    await talk.settle()
    assert await talk.state(person) == "unreachable"
    assert len(await talk.kept(person)) == 1
    talk.sandbox.crowd.unblock(person)
    await talk.settle()
    assert await talk.state(person) == "active"


async def test_stop_outlasts_a_block_and_an_unblock(talk: Talk) -> None:
    person = talk.person("ru")
    await talk.follow(person, "ru")
    await talk.say(person, "/stop")
    talk.sandbox.crowd.block(person)
    talk.sandbox.crowd.unblock(person)
    await talk.settle()
    assert await talk.state(person) == "stopped"


async def test_a_reply_to_someone_who_blocked_meanwhile_is_no_endless_loop(talk: Talk) -> None:
    person = talk.person("ru")
    talk.sandbox.crowd.send(person, "/help")
    talk.sandbox.crowd.block(person)
    await talk.settle()
    assert await talk.inbox.waiting() == 0


async def test_in_a_group_only_administrators_change_and_others_are_not_answered(talk: Talk) -> None:
    owner, member = talk.person("kk"), talk.person("en")
    group = talk.sandbox.crowd.add_group("Оқырмандар", [owner, member])
    await talk.settle()
    assert talk.messages(group) == [], "joining is quiet"
    for text in ("/start", "/filters", "/add", "/stop", "/delete_me", "/language"):
        await talk.say(member, text, group)
    assert talk.messages(group) == []
    await talk.follow(owner, "kk", chat=group)
    (kept,) = await talk.kept(group)
    assert await talk.kept(owner) == [], "the group follows, not the person"
    await talk.say(owner, "/filters", group)
    await talk.press(owner, f"filter:{kept.id}:open:0", group)
    await talk.press(member, f"filter:{kept.id}:delete:0", group)
    assert talk.toasts()[-1] == "Мұны тек осы топтың әкімшілері өзгерте алады."
    assert await talk.kept(group) == [kept]
    await talk.press(owner, f"filter:{kept.id}:delete:0", group)
    assert await talk.kept(group) == []


async def test_in_a_group_help_and_privacy_answer_everybody_and_talk_is_passed_over(talk: Talk) -> None:
    owner, member = talk.person("kk"), talk.person("en")
    group = talk.sandbox.crowd.add_group("Readers", [owner, member])
    await talk.say(member, "/privacy", group)
    assert "What is kept" in talk.last(group)
    said = len(talk.messages(group))
    await talk.say(member, "hello", group, reply_to=talk.messages(group)[-1]["message_id"])
    assert len(talk.messages(group)) == said


async def test_in_a_group_a_buyer_is_typed_as_a_reply(talk: Talk) -> None:
    owner, member = talk.person("en"), talk.person("kk")
    group = talk.sandbox.crowd.add_group("Readers", [owner, member])
    await talk.say(owner, "/add", group)
    await talk.press(owner, "scope:buyer", group)
    prompt = talk.messages(group)[-1]["message_id"]
    assert "reply to this message" in talk.last(group)
    await talk.say(member, "200540000018", group, reply_to=prompt)
    assert len(talk.messages(group)) == 1, "a member's words are nobody's answer"
    await talk.say(owner, "200540000018", group, reply_to=prompt)
    data = next(data for data in talk.buttons(group).values() if data.startswith("buyer:"))
    await talk.press(owner, data, group)
    await talk.keep(owner, "1", group)
    assert len(await talk.kept(group)) == 1


@pytest.mark.parametrize("screen", ["scope:buyer", "scope:all", "go:zone:0", "go:day:0"])
async def test_what_administrators_say_to_each_other_is_no_answer_of_theirs(talk: Talk, screen: str) -> None:
    """A bot that administers a group reads every word there."""
    owner = talk.person("en")
    group = talk.sandbox.crowd.add_group("Readers", [owner], kind="supergroup")
    await talk.follow(owner, "en", chat=group)
    await talk.say(owner, "/settings" if screen.startswith("go:") else "/add", group)
    await talk.press(owner, screen, group)
    said = len(talk.messages(group))
    for text in ("Almaty", "10", "Everything serious", "Follow this"):
        message = talk.sandbox.world.post(group, owner.as_json(), text=text)
        talk.sandbox.world.updates.add("message", message)
        await talk.settle()
    assert len(talk.messages(group)) == said
    assert len(await talk.kept(group)) == 1


async def test_a_group_that_becomes_a_supergroup_keeps_its_filters(talk: Talk) -> None:
    owner = talk.person("ru")
    group = talk.sandbox.crowd.add_group("Читатели", [owner])
    await talk.follow(owner, "ru", chat=group)
    grown = talk.sandbox.world.migrate(group)
    await talk.settle()
    assert len(await talk.kept(grown)) == 1
    await talk.say(owner, "/filters", grown)
    assert "Туркестанская" in talk.last(grown)


async def test_removed_from_a_group_it_is_unreachable_until_let_in_again(talk: Talk) -> None:
    owner = talk.person("ru")
    group = talk.sandbox.crowd.add_group("Читатели", [owner])
    await talk.follow(owner, "ru", chat=group)
    talk.sandbox.crowd.set_bot_status(owner, group, "kicked")
    await talk.settle()
    assert await talk.state(group) == "unreachable"
    talk.sandbox.crowd.set_bot_status(owner, group, "member")
    await talk.settle()
    assert await talk.state(group) == "active"


async def test_silenced_in_a_group_it_is_paused_until_it_may_write_again(talk: Talk) -> None:
    owner = talk.person("ru")
    group = talk.sandbox.crowd.add_group("Читатели", [owner])
    await talk.follow(owner, "ru", chat=group)
    for status, state in (("restricted", "unreachable"), ("member", "active")):
        talk.sandbox.crowd.set_bot_status(owner, group, status)
        await talk.settle()
        assert await talk.state(group) == state
    assert len(await talk.kept(group)) == 1


async def test_different_chats_do_not_wait_for_one_another(talk: Talk) -> None:
    first, second = talk.person("kk"), talk.person("en")
    talk.sandbox.faults.slow(3600.0, method="sendMessage", chat_id=first.id)
    talk.sandbox.crowd.send(first, "/help")
    talk.sandbox.crowd.send(second, "/help")
    await talk.receiver.receive()
    handling = asyncio.create_task(talk.worker.run())
    await until(lambda: asyncio.sleep(0, bool(talk.messages(second))))
    assert await talk.inbox.waiting() >= 1
    handling.cancel()
    await asyncio.wait({handling})
