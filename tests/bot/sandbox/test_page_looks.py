"""The pages in a real Chromium: what is shown, in any light, on any width, whatever the text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import pytest
from aiogram import Bot
from playwright.async_api import Locator, Page, expect

from bot.sandbox import Person, Sandbox
from tests.bot.sandbox.conftest import Window
from tests.bot.sandbox.pages import PHONE, bubble, inline, update_after
from tests.bot.sandbox.test_mailbox import mail, send

pytestmark = pytest.mark.chromium


HOSTILE = [
    "<b>bold</b> & <script>document.title='gone'</script>",
    "<img src=x onerror=\"document.title='gone'\">",
    "\u202eright to left\u202c and \u05e9\u05dc\u05d5\u05dd",
    "я" * 4096,
    "https://example.kz/" + "a" * 2000,
    "́" * 200 + "zalgo",
]


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "img", "rtl", "4096", "url", "marks"])
async def test_hostile_text_stays_text_and_inside_a_phone(bot: Bot, reader: Person, window: Window, text: str) -> None:
    await bot.send_message(reader.id, text, parse_mode=None, reply_markup=inline([("<i>key</i>" * 6, "k")]))
    page = await window.open(f"?person={reader.id}", **PHONE)
    await page.locator(".chat-row").click()
    body = page.locator(".message:not(.own) .text")
    shown = await body.text_content()
    assert shown == text.replace("\u202e", "").replace("\u202c", "").strip()
    assert await body.locator("b, script, img").count() == 0
    assert await page.title() == "Baqylau sandbox"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    thread = page.locator("#thread")
    assert await thread.evaluate("node => node.scrollWidth <= node.clientWidth")


async def test_telegrams_markup_becomes_elements(bot: Bot, reader: Person, window: Window) -> None:
    html = (
        '😀 <b>bold <i>both</i></b> <u>u</u> <s>s</s> <code>c</code> <a href="https://example.kz/">link</a> '
        "<tg-spoiler>secret</tg-spoiler>\n<blockquote>quote <b>b</b></blockquote>\n<pre>x = 1</pre>\n/filters"
    )
    await bot.send_message(reader.id, html)
    page = await window.open(f"?person={reader.id}")
    body = page.locator(".message:not(.own) .text")
    await expect(body.locator("b").first).to_have_text("bold both")
    await expect(body.locator("b > i")).to_have_text("both")
    await expect(body.locator("a")).to_have_attribute("href", "https://example.kz/")
    await expect(body.locator("blockquote")).to_have_text("quote b")
    await expect(body.locator("pre")).to_have_text("x = 1")
    await body.locator(".spoiler").click()
    await expect(body.locator(".spoiler")).to_have_count(0)
    await body.locator(".command").click()
    assert (await update_after(bot)).message.text == "/filters"


async def test_the_newest_message_stays_in_sight_and_older_ones_come_on_request(
    bot: Bot, reader: Person, window: Window
) -> None:
    for number in range(80):
        await bot.send_message(reader.id, f"message {number}")
    page = await window.open(f"?person={reader.id}", **PHONE)
    await page.locator(".chat-row").click()
    await expect(bubble(page, "message 79")).to_be_in_viewport()
    await bot.send_message(reader.id, "one more")
    await expect(bubble(page, "one more")).to_be_in_viewport()
    await page.locator("#thread").evaluate("node => { node.scrollTop = 0; }")
    await expect(page.locator("#to-end")).to_be_visible()
    await page.get_by_role("button", name="Show earlier messages").click()
    await expect(bubble(page, "message 5").first).to_be_attached()
    await page.locator("#to-end").click()
    await expect(bubble(page, "one more")).to_be_in_viewport()


UNNAMED = """[...document.querySelectorAll('button, a, input:not([hidden]), textarea')]
  .filter((node) => !(node.textContent.trim() || node.ariaLabel || node.labels?.length)).length"""


async def test_the_keyboard_alone_is_enough(bot: Bot, sandbox: Sandbox, reader: Person, window: Window) -> None:
    await bot.send_message(reader.id, "x", reply_markup=inline([("Why?", "why")]))
    page = await window.open(f"?person={reader.id}")
    await page.locator(".person[aria-checked='true']").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator(".person[aria-checked='true']")).to_have_attribute(
        "data-person", str(sandbox.people[0].id)
    )
    await page.keyboard.press("ArrowLeft")
    key = page.get_by_role("button", name="Why?")
    await expect(key).to_be_visible()
    for _ in range(25):
        await page.keyboard.press("Tab")
        if await key.evaluate("node => node === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    assert (await update_after(bot)).callback_query.data == "why"
    assert await page.evaluate(UNNAMED) == 0


async def test_what_arrives_takes_neither_the_focus_nor_a_click_half_done(
    bot: Bot, sandbox: Sandbox, reader: Person, window: Window
) -> None:
    aizhan, timur = sandbox.people[:2]
    for person in (aizhan, timur):
        sandbox.crowd.start(person)
    kept = await bot.send_message(reader.id, "x", reply_markup=inline([("Why?", "why")]))
    page = await window.open(f"?person={reader.id}")

    async def arrives(number: int) -> None:
        await bot.send_message(timur.id, "news")
        await expect(page.locator(f"[data-person='{timur.id}'] .badge")).to_have_text(str(number))

    me, more = page.locator(f"[data-person='{reader.id}']"), page.get_by_role("button", name="More")
    await me.focus()
    await arrives(1)
    await expect(me).to_be_focused()
    await page.locator(f"[data-person='{timur.id}']").focus()
    await arrives(2)
    await expect(page.locator(f"[data-person='{timur.id}']")).to_be_focused()
    await more.click()
    await bot.send_chat_action(reader.id, "typing")
    await expect(page.locator(".chat-head p")).to_contain_text("typing")
    await bot.send_message(reader.id, "another")
    await expect(bubble(page, "another")).to_be_visible()
    await expect(page.get_by_role("button", name="Stop the bot")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(more).to_be_focused()
    await page.get_by_role("button", name="Why?").focus()
    await bot.edit_message_text("y", chat_id=reader.id, message_id=kept.message_id, reply_markup=kept.reply_markup)
    await expect(bubble(page, "y")).to_be_visible()
    await expect(page.get_by_role("button", name="Why?")).to_be_focused()
    await page.locator(f"[data-person='{aizhan.id}']").hover()
    await page.mouse.down()
    await arrives(3)
    await page.mouse.up()
    await expect(page.locator(".person[aria-checked='true']")).to_have_attribute("data-person", str(aizhan.id))


async def test_a_choice_on_its_way_outlives_what_is_pressed_meanwhile(
    sandbox: Sandbox, reader: Person, window: Window
) -> None:
    page = await window.open(f"?person={reader.id}")
    chosen = page.locator(".person[aria-checked='true']")
    await chosen.focus()
    async with held(page, "/sandbox/state"):
        await page.keyboard.press("ArrowLeft")
        await page.keyboard.press("ArrowLeft")
        await page.get_by_role("button", name="More").click()
        async with page.expect_response("**/block"):
            await page.get_by_role("button", name="Stop the bot").click()
    await expect(chosen).to_have_attribute("data-person", str(sandbox.people[0].id))
    assert reader.blocked


HOLD = """address => {
  const real = window.fetch, free = new Promise((go) => { window.goOn = go; });
  window.fetch = (url, ...rest) => (url.includes(address) ? free : Promise.resolve()).then(() => real(url, ...rest));
}"""


@asynccontextmanager
async def held(page: Page, address: str) -> AsyncIterator[None]:
    """Keep what the page asks for at such an address on its way until the end of the block.

    In the page: the browser's own interception lets a request that comes at once through now and then.
    """
    await page.evaluate(HOLD, address)
    yield
    await page.evaluate("goOn()")


async def test_an_answer_that_comes_late_takes_the_focus_from_nobody(
    sandbox: Sandbox, reader: Person, window: Window
) -> None:
    sandbox.crowd.start(sandbox.people[1])
    page = await window.open(f"?person={reader.id}")
    more, stop = page.get_by_role("button", name="More"), page.get_by_role("button", name="Stop the bot")
    await page.get_by_role("textbox", name="Message").fill("hello")
    async with held(page, "/send"):
        await page.keyboard.press("Enter")
        await more.click()
        await expect(stop).to_be_focused()
    await expect(bubble(page, "hello")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.locator(".person[aria-checked='true']").focus()
    async with held(page, "/sandbox/state"):
        await page.keyboard.press("ArrowLeft")
        await page.locator("textarea").focus()
    await expect(page.locator(".person[aria-checked='true']")).not_to_have_attribute("data-person", str(reader.id))
    await expect(page.locator("textarea")).to_be_focused()


async def test_a_click_half_done_outlives_a_page_that_is_loaded_anew(
    bot: Bot, sandbox: Sandbox, reader: Person, window: Window
) -> None:
    await bot.send_message(reader.id, "x", reply_markup=inline([("Why?", "why")]))
    page = await window.open(f"?person={reader.id}")
    key, send = page.get_by_role("button", name="Why?"), page.get_by_role("button", name="Send")

    async def click_around(button: Locator, name: str) -> None:
        await button.hover()
        await page.mouse.down()
        sandbox.crowd.add(name)
        await expect(page.locator(".person", has_text=name)).to_be_visible()
        await page.mouse.up()

    await click_around(key, "Dana")
    update = await update_after(bot)
    assert update.callback_query.data == "why"
    sandbox.crowd.add("Olzhas")
    await expect(page.locator(".person", has_text="Olzhas")).to_be_visible()
    await expect(key).to_have_attribute("aria-busy", "true")
    await update.callback_query.answer()
    await expect(key).not_to_have_attribute("aria-busy", "true")
    await page.get_by_role("textbox", name="Message").fill("hello")
    await click_around(send, "Marat")
    assert (await update_after(bot, update.update_id + 1)).message.text == "hello"
    await expect(page.get_by_role("textbox", name="Message")).to_have_value("")


CONTRAST = """(selector) => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (colour) => colour.slice(0, 3).map((v) => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => { for (let n = node; n; n = n.parentElement) {
    const c = numbers(getComputedStyle(n).backgroundColor); if ((c[3] ?? 1) === 1) return c; }
    return [255, 255, 255]; };
  return [...document.querySelectorAll(selector)].map((node) => {
    const [a, b] = [light(numbers(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
    return [node.className || node.tagName, (a + 0.05) / (b + 0.05)];
  }).filter(([, ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_can_be_read_in_light_and_dark(
    bot: Bot, sandbox: Sandbox, reader: Person, window: Window, scheme: str
) -> None:
    await bot.send_message(reader.id, "x https://example.kz", reply_markup=inline([("Why?", "why")]))
    sandbox.crowd.send(reader, "mine")
    page = await window.open(f"?person={reader.id}", color_scheme=scheme)
    await expect(bubble(page, "mine")).to_be_visible()
    selectors = ".text, .text a, .meta time, .key, .person .name, .person small, .chat-row strong, .chat-row .bottom, "
    selectors += ".chat-row time, .chat-head p, .chat-head h1, .side-foot > *, .small-label, .day, textarea"
    assert await page.evaluate(CONTRAST, selectors) == []
    dark = await page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")


async def test_a_mail_is_read_without_running_its_script(sandbox: Sandbox, window: Window) -> None:
    page = await window.open("mail", **PHONE)
    await expect(page.get_by_text("No mail yet")).to_be_visible()
    await send(sandbox.smtp_port, mail())
    await page.get_by_role("button", name="Түркістан").click()
    frame = page.frame_locator("iframe")
    await expect(frame.locator("b")).to_have_text("жаңа")
    await expect(frame.locator("img")).to_have_js_property("naturalWidth", 2)
    await page.get_by_role("tab", name="Text").click()
    await expect(page.locator("pre")).to_contain_text("Үш жаңа хабарландыру")
    await page.get_by_role("tab", name="Headers").click()
    await expect(page.locator("pre")).to_contain_text("List-Unsubscribe: <https://example.kz/u/1>")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    hostile = EmailMessage()
    hostile["Subject"], hostile["From"], hostile["To"] = "Hostile", "a@example.kz", "reader@example.kz"
    hostile.set_content("<p id='p'>safe</p><script>parent.document.title='gone'</script>", subtype="html")
    await send(sandbox.smtp_port, hostile)
    await page.get_by_role("button", name="Mailbox").click()
    await page.get_by_role("button", name="Hostile").click()
    await expect(frame.locator("#p")).to_have_text("safe")
    assert await page.title() == "Mailbox · Baqylau sandbox"
    window.trouble[:] = [line for line in window.trouble if "Blocked script execution" not in line]
