"""The monitors' side: who may do what, what the group sees and what it must never see, what the tipper is told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.tips.audit import read_audit
from bot.tips.bundle import read_bundle
from bot.tips.casework import NotAllowed
from bot.tips.keyholder.opener import open_bundle
from bot.tips.roles import RIGHTS, Act, Role, Team, may
from tests.bot.tips.files import making
from tests.bot.tips.tipping import Tipping

WORDS = "The beam K-7731 was never bought"


async def one_tip(talk: Tipping, ask: str = "yes") -> tuple[Any, Any, str, int]:
    """Aizhan's tip in the group: tipper, group, ref, topic."""
    group = await talk.monitors()
    person = talk.person("kk")
    await talk.tell(person, WORDS, ask=ask)
    await talk.around()
    (tip,) = await talk.tips.group.open_tips()
    return person, group, tip.ref, tip.topic


async def test_a_new_tip_gets_a_topic_with_a_header_and_nothing_of_its_content_or_sender(talk: Tipping) -> None:
    person, group, ref, topic = await one_tip(talk)
    await talk.around()
    headers = [one for one in talk.messages(group) if one["text"].startswith(ref)]
    assert len(headers) == 1
    assert headers[0]["has_protected_content"], "it cannot be forwarded out of the group"
    assert headers[0]["message_thread_id"] == topic
    everything = "\n".join(talk.said_in(group))
    for secret in (WORDS, "K-7731", str(person.id), person.first_name, person.username, talk.code(person)):
        assert secret not in everything
    assert '"kk"' not in everything


async def test_the_sealed_file_in_the_topic_opens_with_the_key_alone(talk: Tipping) -> None:
    _, group, ref, _ = await one_tip(talk)
    await talk.press(talk.person("en"), f"tipcase:sealed:{ref}:", group)
    document = next(one["document"] for one in group.messages.values() if "document" in one)
    content = talk.sandbox.world.files.get(document["file_id"]).content
    assert b"K-7731" not in content
    assert [one.text for one in open_bundle(read_bundle(content), talk.key)] == [WORDS]


async def test_a_question_reaches_the_tipper_and_the_answer_the_key_holders(talk: Tipping) -> None:
    person, group, ref, topic = await one_tip(talk)
    reviewer = talk.person("en")
    await talk.press(reviewer, f"tipcase:claim:{ref}:", group)
    question = "Which school was it, please? K-5544"
    await talk.order(reviewer, f"/ask {question}", group, topic)
    await talk.around()
    news = talk.messages(person)[-1]
    assert news["text"] == "Сізге жаңалық бар."
    assert news["has_protected_content"]
    assert "K-5544" not in json.dumps(news)
    (data,) = talk.buttons(person).values()
    await talk.press(person, data)
    assert question in talk.last(person)
    await talk.press(person, next(one for one in talk.buttons(person).values() if one.startswith("tip:answer")))
    await talk.say(person, "School 12")
    talk.sandbox.crowd.send_photo(person, "a.jpg", making.jpeg())
    await talk.settle()
    await talk.press(person, "tip:send:")
    assert [one.header["kind"] for one in await talk.opened(ref)] == ["text", "text", "file"]
    assert (await talk.opened(ref))[1].text == "School 12"
    assert "School 12" not in "\n".join(talk.said_in(group))
    await talk.around()
    assert any("added something" in one or "қосты" in one or "добавил" in one for one in talk.said_in(group))
    tip = await talk.tips.desk.by_ref(ref)
    assert tip is not None
    assert tip.state == "reading"


async def test_without_a_way_back_a_question_is_read_with_the_code_from_any_account(talk: Tipping) -> None:
    person, group, _ref, topic = await one_tip(talk, ask="no")
    code = talk.code(person)
    assert not await talk.rows_of("tip_routes")
    await talk.order(talk.person("en"), "/ask Which school? K-5544", group, topic)
    said = len(talk.messages(person))
    await talk.around()
    assert len(talk.messages(person)) == said, "there is nobody to tell"
    other = talk.person("ru")
    await talk.say(other, "/mytips")
    await talk.say(other, code)
    assert "K-5544" in talk.last(other)
    assert code not in [one.get("text") for one in talk.chat(other).messages.values()], "the code is deleted at once"
    await talk.press(other, next(one for one in talk.buttons(other).values() if one.startswith("tip:answer")))
    await talk.say(other, "School 12")
    await talk.press(other, "tip:send:")
    assert [one.text for one in await talk.opened()] == [WORDS, "School 12"]


async def test_every_state_is_told_in_words_and_the_end_forgets_the_way_back(talk: Tipping) -> None:
    person, group, ref, _ = await one_tip(talk)
    reviewer, lead = talk.person("en"), talk.person("ru")
    steps = [
        (reviewer, "claim", "", "оқылып жатыр"), (reviewer, "accept", "", "қабылданды"), (lead, "hand", "", "органда"),
        (lead, "close", "confirmed", "Орган растады"),
    ]  # fmt: skip
    for who, act, value, words in steps:
        if act == "close":
            await talk.press(who, f"tipcase:closes:{ref}:", group)
        await talk.press(who, f"tipcase:{act}:{ref}:{value}", group)
        await talk.around()
        tip = await talk.tips.desk.by_ref(ref)
        assert tip is not None
        await talk.say(person, "/mytips")
        if act != "close":
            await talk.press(person, f"tip:look:{tip.id}")
            assert words in talk.last(person)
    assert not await talk.rows_of("tip_routes", "tip_senders")
    assert "16 сан" in talk.last(person), "only the code leads to it now"
    await talk.say(person, talk.code(person))
    assert "Орган растады" in talk.last(person)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_each_state_has_its_words_in_each_language(language: str) -> None:
    from alerts.i18n import translator
    from bot.tips.states import State
    from bot.tips.tipper.screens import STANDINGS

    said = {translator(language).gettext(text) for state in State for text in STANDINGS[state]}
    assert len(said) == 2 * len(State)


async def test_strangers_and_lower_roles_are_refused_and_the_refusal_changes_nothing(talk: Tipping) -> None:
    _, group, ref, topic = await one_tip(talk)
    stranger = talk.person("kk")
    group.members.add(stranger.id)
    before = await talk.tips.desk.by_ref(ref)
    for text_ in (
        "/ask who are you",
        "/merge T-AAAAAA",
        "/hold",
        "/block",
        "/sealed",
        "/link 1",
        "/tips",
        "/counts",
        "/audit",
    ):
        assert "docs/tips.md" in await talk.order(stranger, text_, group, topic)
    for act in ("claim", "sealed", "accept", "declines", "closes"):
        await talk.press(stranger, f"tipcase:{act}:{ref}:", group)
        assert "docs/tips.md" in talk.toasts()[-1]
    await talk.forge(stranger, f"tipcase:close:{ref}:confirmed", chat=group)
    for text_ in ("/hold", "/block", "/counts", "/audit"):
        assert "docs/tips.md" in await talk.order(talk.person("en"), text_, group, topic), "a reviewer is no lead"
    assert await talk.tips.desk.by_ref(ref) == before
    assert not [line for line in await read_audit(talk.database) if line.actor not in {"tipper", "server"}]


async def test_outside_of_the_group_the_buttons_do_nothing(talk: Tipping) -> None:
    _, _, ref, _ = await one_tip(talk)
    reviewer = talk.person("en")
    await talk.say(reviewer, "/help")
    before = await talk.tips.desk.by_ref(ref)
    await talk.forge(reviewer, f"tipcase:claim:{ref}:")
    assert await talk.tips.desk.by_ref(ref) == before


@pytest.mark.parametrize("role", list(Role))
def test_the_table_of_rights_gives_each_role_what_it_needs_and_no_more(role: Role) -> None:
    nobody = {Act.SEND, Act.ADD, Act.FORGET, Act.OPEN, Act.EXPORT, Act.ROTATE, Act.WARN, Act.ERASE}
    assert not RIGHTS[role] & nobody
    assert (Act.FETCH in RIGHTS[role]) == (role in {Role.REVIEWER, Role.LEAD})
    assert (Act.HANDOVER in RIGHTS[role]) == (role is Role.LEAD)
    if role is Role.ADMIN:
        assert RIGHTS[role] == {Act.COUNT, Act.AUDIT}


def test_nobody_in_particular_has_no_role() -> None:
    team = Team(reviewers=(0, 5), leads=(5,))
    assert team.roles(0) == frozenset()
    assert team.roles(5) == {Role.REVIEWER, Role.LEAD}
    assert not may(team.roles(6), Act.LIST)


async def test_every_act_of_casework_asks_the_table_first(talk: Tipping) -> None:
    casework = talk.tips.casework
    acts = [
        casework.claim(9, "T-AAAAAA"), casework.set_state(9, "T-AAAAAA", "accepted"),  # type: ignore[arg-type]
        casework.decline(9, "T-AAAAAA", "spam"), casework.close(9, "T-AAAAAA", "mended"),  # type: ignore[arg-type]
        casework.hand_over(9, "T-AAAAAA"), casework.merge(9, "T-AAAAAA", "T-BBBBBB"),
        casework.link(9, "T-AAAAAA", tender_id=1, buyer_id=""), casework.ask(9, "T-AAAAAA", "x"),
        casework.answer(9, "T-AAAAAA", "x"), casework.hold(9, "T-AAAAAA", held=True), casework.block(9, "T-AAAAAA"),
        casework.note(9, Act.FETCH, "T-AAAAAA"),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(NotAllowed):
            await act


async def test_merge_link_and_decline_are_noted_without_words(talk: Tipping) -> None:
    _, group, ref, _ = await one_tip(talk)
    reviewer = talk.person("en")
    await talk.tell(talk.person("ru"), "the same story, told by another", ask="yes")
    await talk.around()
    other = (await talk.tips.group.open_tips())[-1]
    await talk.order(reviewer, f"/merge {ref}", group, other.topic)
    await talk.press(reviewer, f"tipcase:declines:{ref}:", group)
    await talk.press(reviewer, f"tipcase:decline:{ref}:known", group)
    lines = await read_audit(talk.database)
    assert [(line.act, line.ref, line.detail) for line in lines] == [
        ("send", ref, ""), ("send", other.ref, ""), ("merge", other.ref, ref), ("decline", ref, "known"),
    ]  # fmt: skip
    assert all(line.at.minute == 0 for line in lines)


async def test_a_lead_sees_counts_and_who_did_what(talk: Tipping) -> None:
    person, group, ref, topic = await one_tip(talk)
    reviewer, lead = talk.person("en"), talk.person("ru")
    await talk.press(reviewer, f"tipcase:claim:{ref}:", group)
    await talk.order(reviewer, "/ask which school K-5544?", group, topic)
    assert await talk.order(lead, "/counts", group) == "вопрос ждёт приславшего: 1"
    for command in ("/audit", f"/audit {ref}"):
        lines = (await talk.order(lead, command, group)).splitlines()
        assert [line.split(" · ")[1:4] for line in lines] == [
            ["tipper", "send", ref], [str(reviewer.id), "claim", ref], [str(reviewer.id), "ask", ref],
        ]  # fmt: skip
        assert not any(secret in "\n".join(lines) for secret in ("K-5544", WORDS, str(person.id)))
    assert "T-" not in await talk.order(lead, "/audit T-AAAAAA", group)


async def test_the_audit_log_can_only_be_added_to(talk: Tipping) -> None:
    await one_tip(talk)
    for statement in ("DELETE FROM tip_audit", "UPDATE tip_audit SET actor = 'nobody'"):
        with pytest.raises(DBAPIError, match="only added to"):
            async with talk.database.write() as connection:
                await connection.execute(text(statement))
    assert len(await read_audit(talk.database)) == 1


async def test_a_blocked_sender_is_not_taken_from_and_nobody_learns_who(talk: Tipping) -> None:
    person, group, _, topic = await one_tip(talk, ask="no")
    other = talk.person("en")
    for who in (person, other):
        await talk.accept(who)
        await talk.say(who, "again and again")
    await talk.order(talk.person("ru"), "/block", group, topic)
    assert await talk.rows_of("tip_drafts", "tip_parts") == {"tip_drafts": 1, "tip_parts": 2}, "another's draft stays"
    await talk.press(person, "tip:go:how")
    assert talk.toasts()[-1].startswith("Бұл қадам")
    await talk.say(person, "/tip")
    assert talk.last(person) == "Осы жерден енді ештеңе алынбайды."
    assert str(person.id) not in "\n".join(talk.said_in(group))
    assert (await talk.rows_of("tips")) == {"tips": 1}


async def test_a_blocked_sender_adds_nothing_to_an_open_tip_either(talk: Tipping) -> None:
    person, group, ref, topic = await one_tip(talk)
    tip = await talk.tips.desk.by_ref(ref)
    assert tip is not None
    await talk.say(person, "/mytips")
    await talk.press(person, f"tip:look:{tip.id}")
    answer = f"tip:answer:{tip.id}"
    await talk.press(person, answer)
    await talk.say(person, "more of the same")
    await talk.order(talk.person("ru"), "/block", group, topic)
    await talk.press(person, "tip:send:")
    await talk.forge(person, answer)
    assert talk.toasts()[-1] == "Осы жерден енді ештеңе алынбайды."
    assert [one.text for one in await talk.opened(ref)] == [WORDS]


async def test_additions_are_slowed_down_too(talk: Tipping) -> None:
    person, _, ref, _ = await one_tip(talk)
    tip = await talk.tips.desk.by_ref(ref)
    assert tip is not None
    for number in range(4 * talk.settings.per_day + 1):
        await talk.forge(person, f"tip:answer:{tip.id}")
        await talk.say(person, f"more {number}")
        await talk.press(person, "tip:send:")
    assert "тым көп" in talk.last(person)
    assert len(await talk.opened(ref)) == 4 * talk.settings.per_day + 1
    talk.clock.advance(hours=2)
    await talk.press(person, "tip:send:")
    assert len(await talk.opened(ref)) == 4 * talk.settings.per_day + 2


@pytest.mark.parametrize("subscribed", [False, True])
async def test_who_blocks_the_bot_leaves_no_draft_and_no_way_back_at_once(talk: Tipping, subscribed: bool) -> None:
    person, _, ref, _ = await one_tip(talk)
    if subscribed:
        await talk.say(person, "/start")
    await talk.accept(person)
    await talk.say(person, "half a tip")
    talk.sandbox.crowd.block(person)
    await talk.settle()
    assert not await talk.rows_of("tip_drafts", "tip_routes")
    assert await talk.rows_of("tip_parts", "tip_senders") == {"tip_parts": 1, "tip_senders": 1}, "the sent tip is whole"
    assert [one.text for one in await talk.opened(ref)] == [WORDS]


async def test_whom_the_operator_keeps_out_leaves_no_draft_and_no_way_back(talk: Tipping) -> None:
    person, _, _, _ = await one_tip(talk)
    operator = talk.person("en")
    talk.services = replace(talk.services, admins=frozenset({operator.id}))
    talk.wire()
    await talk.accept(person)
    await talk.say(person, "half a tip")
    await talk.say(operator, f"/ban {person.id}")
    assert not await talk.rows_of("tip_drafts", "tip_routes")
    assert await talk.rows_of("tip_parts") == {"tip_parts": 1}


async def test_a_blocked_bot_costs_the_way_back_and_nothing_else(talk: Tipping) -> None:
    person, group, _, topic = await one_tip(talk)
    code = talk.code(person)
    talk.sandbox.crowd.block(person)
    await talk.settle()
    await talk.order(talk.person("en"), "/ask Which school?", group, topic)
    await talk.around()
    assert not await talk.rows_of("tip_routes")
    assert await talk.tips.desk.by_code(code.replace(" ", "")) is not None
