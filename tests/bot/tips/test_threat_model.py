"""The threat model says what is so: its values are those of the code, and what it says of texts the texts say."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.config_sections import Tips
from bot.tips import receipt
from bot.tips.desk import SENDERS_KEPT
from bot.tips.drafts import LIFETIME
from bot.tips.files.__main__ import MEMORY, SECONDS
from bot.tips.limits import EVERYBODY_PER_HOUR, REMEMBERED, Limits
from bot.tips.sealing import SMALLEST
from bot.tips.tipper.pieces import LARGEST, MOST_FILES, MOST_OF_ALL
from templates import ROOT

PAGE = (ROOT.parent / "docs" / "threat-model.md").read_text(encoding="utf-8")
TIPS = (ROOT.parent / "docs" / "tips.md").read_text(encoding="utf-8")
MIB = 1024 * 1024


def test_the_values_in_force_are_those_of_the_code() -> None:
    values = PAGE.partition("## Values in force")[2].partition("##")[0]
    per_day = Tips().per_day
    for said in (
        f"Draft {LIFETIME // timedelta(hours=1)} hours", f"sender's hash {SENDERS_KEPT.days} days",
        f"{per_day} tips a day and chat, {EVERYBODY_PER_HOUR} an hour in all, {4 * per_day} additions",
        f"files {MOST_FILES}, {LARGEST // MIB} MB each, {MOST_OF_ALL // MIB} MB in all",
        f"cleaning {MEMORY // MIB // 1024} GB, {SECONDS} s",
    ):  # fmt: skip
        assert said in values
    assert SENDERS_KEPT == REMEMBERED
    assert f"Argon2id ({receipt.OPERATIONS} passes, {receipt.MEMORY // MIB} MB" in PAGE
    assert f"padded ({SMALLEST // 1024} KB" in PAGE
    assert receipt.OPERATIONS >= 3
    assert receipt.MEMORY >= 64 * MIB


def test_codes_are_tried_as_slowly_as_it_says() -> None:
    assert Limits.__init__.__kwdefaults__["codes"] == 5
    assert "five codes, then one in 15 minutes" in PAGE


def test_the_terms_are_those_of_the_settings() -> None:
    terms, kept = Tips(), TIPS.partition("## How long")[2].partition("## ")[0]
    for said in (
        f"taken by nobody | {terms.received_days} days", f"accepted | {terms.open_days} days",
        f"closed, united | {terms.closed_days} days", f"declined | {terms.declined_days} days",
        f"{terms.warn_days} days before", f"postpones it by {terms.grace_days}",
    ):  # fmt: skip
        assert said in kept


@pytest.mark.parametrize(("heading", "words"), [
    ("Қысқаша", ("Telegram", "мөрленеді", "/delete_me", "бір апта")),
    ("Коротко", ("Telegram", "запечатывается", "/delete_me", "неделю")),
    ("In short", ("Telegram", "sealed", "/delete_me", "a week")),
])  # fmt: skip
def test_it_is_there_in_short_in_three_languages(heading: str, words: tuple[str, ...]) -> None:
    section = PAGE.partition(f"## {heading}")[2].partition("## ")[0]
    assert all(one in section for one in words)
    assert len(re.findall(r"^- ", section, re.MULTILINE)) == 5, "the same points in each"
