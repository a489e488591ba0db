"""Small words for the page's tests."""

from __future__ import annotations

from typing import Any

from aiogram import Bot
from playwright.async_api import Page

PHONE: dict[str, Any] = {"width": 360, "height": 740}


def inline(*rows: list[tuple[str, str]]) -> Any:
    """Return an inline keyboard of (text, data or URL)."""
    keys = [[{"text": t, "url" if d.startswith("http") else "callback_data": d} for t, d in row] for row in rows]
    return {"inline_keyboard": keys}


def bubble(page: Page, text: str) -> Any:
    return page.locator(".bubble", has_text=text)


async def update_after(bot: Bot, offset: int = 0) -> Any:
    (update,) = await bot.get_updates(offset=offset, timeout=20, limit=1)
    return update
