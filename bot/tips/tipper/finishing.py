"""The end of a tip's conversation: sent and its code shown, or cancelled; and erased from the chat."""

from __future__ import annotations

from aiogram import Bot
from aiogram.types import CallbackQuery

from bot.chat.keyboards import markup
from bot.chat.reply import edit
from bot.chat.services import Person, Services
from bot.tips.drafts import Draft, Step
from bot.tips.limits import Verdict
from bot.tips.tipper import screens
from bot.tips.tipper.cleaning import erase_messages
from bot.tips.tipper.held import Held

__all__ = ["another_code", "cancel", "erase", "erase_what_is_left", "send", "sent_already"]


async def send(callback: CallbackQuery, bot: Bot, person: Person, services: Services, held: Held) -> str:
    """Send it, and show the code once."""
    tips, draft = held.tips, held.draft
    if draft.empty:
        return screens.over(person.language)
    adding = draft.step is Step.ANSWER
    verdict = await (
        tips.limits.may_add(person.chat_id) if adding else tips.limits.may_send(person.chat_id, draft.prints)
    )
    if verdict is not Verdict.FREE:
        await _say(bot, person, screens.limited(verdict, person.language))
        return ""
    if adding:
        tip = await tips.desk.add(person.chat_id, draft, services.clock())
        await edit(callback, screens.added(person.language, done=tip is not None))
        return ""
    sent = await tips.desk.submit(person.chat_id, draft, person.language)
    await tips.limits.remember(person.chat_id, draft.prints)
    await edit(callback, screens.code(sent.code, person.language))
    return ""


async def sent_already(_: CallbackQuery, bot: Bot, person: Person) -> None:
    """Pressed again after it was sent: the screen with the code may never have arrived."""
    await _say(bot, person, screens.sent_already(person.language))


async def another_code(callback: CallbackQuery, person: Person, held: Held) -> None:
    """A code that was not typed back is replaced by another."""
    code = await held.tips.desk.another_code(person.chat_id, held.draft)
    await edit(callback, screens.code(code, person.language))


async def erase(callback: CallbackQuery, bot: Bot, person: Person, held: Held) -> None:
    """Delete the conversation from the chat, as far as Telegram lets a bot."""
    pressed = callback.message.message_id if callback.message else 0
    deleted, left = await erase_messages(bot, person.chat_id, {*held.draft.said, pressed})
    await held.tips.drafts.drop(person.chat_id)
    await _say(bot, person, screens.erased(deleted, left, person.language))


async def erase_what_is_left(callback: CallbackQuery, bot: Bot, person: Person, services: Services) -> str:
    """The same a day later, when the messages of the conversation are forgotten: the pressed one alone."""
    if services.tips is None or callback.message is None or person.group:
        return screens.over(person.language)
    deleted, left = await erase_messages(bot, person.chat_id, {callback.message.message_id})
    await _say(bot, person, screens.erased(deleted, left, person.language))
    return ""


async def cancel(callback: CallbackQuery, bot: Bot, person: Person, held: Held) -> None:
    """Erase the draft here and the conversation in the chat."""
    pressed = callback.message.message_id if callback.message else 0
    await held.tips.drafts.drop(person.chat_id)
    emptied = Draft.new(Step.DONE, held.draft.started_at, said=held.draft.said)
    await held.tips.drafts.save(person.chat_id, emptied)  # what was written goes first, whatever Telegram answers
    deleted, left = await erase_messages(bot, person.chat_id, {*held.draft.said, pressed})
    await held.tips.drafts.drop(person.chat_id)
    await _say(bot, person, screens.plain("cancelled", person.language))
    await _say(bot, person, screens.erased(deleted, left, person.language))


async def _say(bot: Bot, person: Person, page: screens.Page) -> None:
    await bot.send_message(person.chat_id, page.html, parse_mode="HTML", reply_markup=markup(page.buttons))
