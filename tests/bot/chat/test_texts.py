"""The words: complete in three languages, plural forms right, and every screen passes Telegram's own parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2 import Environment
from markupsafe import escape

from alerts.channels.base import Message as Page
from alerts.channels.telegram.signing import LONGEST_DATA
from alerts.filters import FILTERS, Criteria, row_of
from alerts.i18n import KEYWORDS, translator
from alerts.mail.boxes import Box, ChatAddress
from alerts.mail.tables import Attach, Frequency
from alerts.preferences import Mute, MuteKind, Wishes
from alerts.preview import Preview, Remedy
from alerts.preview.remedies import Change
from alerts.subscriptions import Subscription
from alerts.tables import Standing
from alerts.timing import FOREVER, Mode
from bot.chat import mail_page, screens, settings
from bot.chat.draft import Draft, Found, find_kinds
from bot.chat.editing import pages as pages_
from bot.chat.editing.boards import Desk
from bot.chat.editing.changing import cleared
from bot.chat.texts import COMMANDS, DESCRIPTION, SHORT_DESCRIPTION, admins_only, out_of_date
from bot.mishaps import Mishap
from bot.operator import drift_text, mishap_text, text_of
from templates import ROOT
from tests.bot.chat.house_pages import house_pages
from tests.bot.chat.talking import LANGUAGES, parse
from tests.bot.test_operator import drifted
from tests.conftest import Clock
from watchers.categories import everyday_categories
from watchers.enstru import branches_named
from watchers.places import places_named
from watchers.vigil import Stood

CODE = Path(screens.__file__).parent
HOSTILE = ("<b>&nbsp;</b>", "x" * 5000, "🧹🇰🇿" * 500, "\u202eабв\u200f", "{{ 7 * 7 }} %(num)s %s", "a & b < c")
EVERYWHERE = frozenset({"KZ", "UA", "DO"})


def message_ids() -> Iterator[str | tuple[str, ...]]:
    places = [("python", path) for path in sorted(CODE.rglob("*.py"))]
    places += [("jinja2.ext:babel_extract", path) for path in sorted((ROOT / "telegram" / "chat").glob("*.j2"))]
    for method, path in places:
        with path.open("rb") as file:
            for _, message, _, _ in extract(method, file, KEYWORDS, options={"silent": "false"}):
                yield message


def pages(language: str, clock: Clock, word: str = "кровля", count: int = 3) -> Iterator[Page]:
    """Every screen, with `word` wherever somebody else's words can stand."""
    criteria = Criteria(buyers=(word[:255],))
    names = {word[:255]: word}
    kept = [Subscription(n, 1, "", criteria, n % 2 == 0, clock()) for n in range(1, count + 1)]
    yield screens.hello(language)
    for number in (0, count):
        yield screens.welcome_back(number, resumed=bool(number), language=language)
    yield from (screens.scope(language, group=group, misread=word[:100]) for group in (False, True))
    yield from editing_pages(language, criteria, word)
    yield screens.saved(criteria, names, language, known=False)
    yield screens.saved(criteria, names, language, known=True, daily=True)
    yield screens.saved(criteria, names, language, changed=True)
    called = msgspec.structs.replace(kept[0], name=word[:64])
    yield from (screens.filter_(one, names, 0, language) for one in (called, *kept))
    yield from (screens.naming(one, 0, language, group=True, empty=True) for one in (called, kept[0]))
    yield screens.share(word[:900], "https://t.me/some_bot?start=f_0123456789abcdefghijkl", 2**63 - 1, 999, language)
    yield screens.full(count, language)
    for number in (0, 1):
        yield screens.filters(kept, names, number, language, stopped=True, removed=(9, criteria))
    yield screens.filters([], {}, 0, language)
    yield from (screens.stopped(language), screens.help_(language), screens.ask_erase(language))
    yield from (screens.privacy(days, language) for days in (1, 2, 5))
    yield screens.confused(language)
    yield screens.nothing_erased(language)
    for name in (
        "stranger",
        "filter_gone",
        "share_gone",
        "erased",
        "nothing",
        "unknown_tender",
        "flood",
        "sorry",
        "why_list",
        "why_nothing",
    ):
        yield screens.plain(name, language)
    yield from settings_pages(language, clock(), word, count)
    yield from mail_pages(language, word)
    yield from house_pages(language, clock(), word, kept)


def mail_pages(language: str, word: str) -> Iterator[Page]:
    """The screens of /email."""
    have = [ChatAddress(n, f"a{n}@example.kz", one) for n, one in enumerate(Standing)]
    for on, group in ((True, False), (True, True), (False, False)):
        yield mail_page.addresses(have, on=on, group=group, language=language)
    box = Box(
        1, "a@example.kz", language, "Asia/Almaty", 540, Standing.ACTIVE, Frequency.WEEKLY, True, Attach.CSV, (), ()
    )
    for alone in (True, False):
        yield mail_page.address(have[0], box, alone=alone, language=language)
        yield from (mail_page.address(one, None, alone=alone, language=language) for one in have)
    yield mail_page.ask_address(language)
    yield mail_page.added("a@example.kz", language)
    yield from (mail_page.wrong(reason, word[:80], language) for reason in ("address", "filters", "flood"))


def editing_pages(language: str, criteria: Criteria, word: str) -> Iterator[Page]:
    """The screens of a filter in the making."""
    full = msgspec.structs.replace(
        criteria,
        regions=("KZ", "KZ-61", "KZ-61-36"),
        categories=("fuel", "ENSTRU:4391"),
        indicators=("R003", "KZ-08"),
        words=(word[:64],) * 3,
        suppliers=tuple(f"KZ-BIN-{n:012}" for n in range(20)),
        min_amount=Decimal(10**7),
        min_days=3,
    )
    desk = Desk(language, group=True, countries=EVERYWHERE, names={word[:255]: word})
    found = tuple(Found(f"KZ-BIN-{n}", word) for n in range(8))
    for draft in (Draft(1, quick=True), Draft(1, full, found, filter_id=2**62), Draft(1, full, shared=True)):
        yield pages_.menu(draft, desk)
        for row in FILTERS:
            yield from (
                pages_.criterion(row, draft, desk, page=n, offered=found, note=word[:100]) for n in (-1, 0, 1, 99)
            )
        region = row_of("region")
        for country in ("KZ", "UA", "DO", "QQ"):
            yield from (pages_.places(region, draft, desk, country, n) for n in (-1, 0, 1, 99))
        yield from (pages_.area(region, draft, desk, "KZ-61", n) for n in (-1, 0, 1))
        yield pages_.found_places(region, draft, desk, places_named("жамб"))
        for digits in ("", "43", "4391", "439111"):
            yield from (pages_.branches(row_of("category"), draft, desk, digits, n) for n in (0, 1, 99))
        yield pages_.found_kinds(draft, desk, word, find_kinds("roof"), branches_named("кровл"))
        yield pages_.found_kinds(draft, desk, word, [], [])
        for seen in previews(full):
            yield pages_.preview(draft, seen, escape(word[:900]), desk, per_day=5)


def previews(criteria: Criteria) -> Iterator[Preview]:
    """Nothing stored, nothing found, some, too much; still reading."""
    lighter = msgspec.structs.replace(criteria, min_weight=1)
    far = msgspec.structs.replace(criteria, regions=("KZ",))
    larger = msgspec.structs.replace(criteria, min_amount=Decimal(10**9))
    remedies = (
        Remedy(Change.WEIGHT, "min_weight", lighter, 1),
        Remedy(Change.REGION, "region", far, 2),
        Remedy(Change.CLEAR, "words", cleared(criteria, "words"), 35_000),
        Remedy(Change.AMOUNT, "min_amount", larger, 5),
    )
    for count, stored, floods in ((0, 0, False), (0, 21, False), (1, 2, False), (5, 9, False), (35_000, 35_000, True)):
        for complete in (True, False):
            yield Preview(count, 7, stored, floods, (), remedies if floods or not count else (), complete)


def settings_pages(language: str, now: datetime, word: str, count: int) -> Iterator[Page]:
    """The screens of settings and mutes."""
    for quiet, per_day, until in (((1320, 480), None, None), (None, 0, FOREVER), (None, 1, now + timedelta(days=1))):
        wishes = Wishes("Asia/Almaty", *(quiet or (None, None)), per_day, 540, until)
        yield settings.overview(wishes, count, 5, now, language)
        yield settings.choose_snooze(until is not None, language)
    yield from (settings.choose_quiet(language), settings.choose_per_day(language), settings.choose_digest(language))
    long = "v" * 255
    muted = Mute(2**63 - 1, MuteKind.BUYER, long, now + timedelta(days=30))
    for number in (0, 1, 30):
        yield settings.mutes([(muted, word)] * number, "Asia/Almaty", now, language)
    slug = max((one.slug for one in everyday_categories()), key=len)
    offered = [(MuteKind.BUYER, "", word), (MuteKind.CATEGORY, slug, word), (MuteKind.INDICATOR, "KZ-01", word)]
    for choices in (offered, []):
        yield settings.mute_what(2**63 - 1, choices, 30, language)
    yield settings.muted(muted, word, "Asia/Almaty", now, language, tender=2**63 - 1)
    yield settings.too_many_mutes(language)
    yield settings.modes(word[:900], 2**63 - 1, Mode.DAILY, 0, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", ["Білім бөлімі", *HOSTILE])
def test_every_screen_passes_telegram_s_own_parser(language: str, word: str, clock: Clock) -> None:
    for page in pages(language, clock, word):
        answer = parse(page.html)
        assert answer["@type"] == "formattedText", (answer, page.html[:200])
        assert 0 < len(answer["text"].encode("utf-16-le")) // 2 <= 4096
        assert "%(" not in answer["text"].replace(word, "").replace("%(num)s", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", ["Білім бөлімі", *HOSTILE])
def test_every_button_fits_into_telegram_s_limits_and_rows(language: str, word: str, clock: Clock) -> None:
    for page in pages(language, clock, word):
        buttons = [button for row in page.buttons for button in row]
        assert all(1 <= len(row) <= 8 for row in page.buttons)
        assert len(buttons) <= 100
        for button in buttons:
            assert 1 <= len(button.text) <= 64, button
            assert button.url.startswith("https://") or 1 <= len(button.data.encode()) <= LONGEST_DATA


def test_every_template_is_a_screen_and_every_screen_has_its_template(clock: Clock) -> None:
    used: set[str] = set()
    original = Environment.get_template

    def watched(self: Environment, name: str, *args: object, **kwargs: object) -> object:
        used.add(name)
        return original(self, name, *args, **kwargs)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Environment, "get_template", watched)
        list(pages("en", clock))
        text_of(Stood(source="portal", alarm="silent"), "en", "Asia/Almaty", clock())
        drift_text(drifted(), "en")
        mishap_text(Mishap("telegram: refused"), "en")
    assert used == {path.name for path in (ROOT / "telegram" / "chat").glob("*.j2")}


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_catalogue_has_every_message_in(language: str) -> None:
    texts = translator(language)
    for message in message_ids():
        one, many = message if isinstance(message, tuple) else (message, "")
        for number in (1, 2, 5):
            said = texts.ngettext(one, many, number) if many else texts.gettext(one)
            assert said not in (one, many), one
            for name in re.findall(r"%\(\w+\)s", one):
                assert name in said, (one, said)
        assert not re.search(r"!|коррупц|жемқор|мошен|сыбайлас", said, re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_nothing_nobody_says(language: str) -> None:
    said = {message if isinstance(message, str) else message[0] for message in message_ids()}
    with (ROOT / "locale" / language / "chat.po").open("rb") as file:
        kept = {one.id if isinstance(one.id, str) else one.id[0] for one in read_po(file) if one.id}
    assert kept <= said, kept - said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", {1: "1 фильтр.", 2: "2 фильтра.", 5: "5 фильтров.", 11: "11 фильтров.", 21: "21 фильтр."}),
        ("kk", {1: "1 сүзгі", 2: "2 сүзгі", 5: "5 сүзгі"}),
        ("en", {1: "1 filter.", 2: "2 filters.", 11: "11 filters."}),
    ],
)
def test_plurals_are_right(language: str, said: dict[int, str]) -> None:
    for number, words in said.items():
        assert words in screens.welcome_back(number, resumed=False, language=language).html


@pytest.mark.parametrize("language", LANGUAGES)
def test_descriptions_and_toasts_fit(language: str) -> None:
    _ = translator(language).gettext
    assert len(_(DESCRIPTION)) <= 512
    assert len(_(SHORT_DESCRIPTION)) <= 120
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) and 1 <= len(_(line)) <= 256 for name, line in COMMANDS.items())
    assert all(len(toast) <= 200 for toast in (out_of_date(language), admins_only(language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_suggested_for_the_search_find_something(language: str) -> None:
    examples = translator(language).gettext(row_of("category").hint).rsplit(":", 1)[1].strip(" .").split(", ")
    assert len(examples) == 3
    assert all(find_kinds(word) for word in examples)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_found_by_its_own_name(language: str) -> None:
    for kind in everyday_categories():
        assert kind in find_kinds(kind.name(language), limit=100)


def test_privacy_says_the_days_that_are_kept() -> None:
    days = timedelta(days=3).days
    assert "3 дня" in screens.privacy(days, "ru").html
    assert "/delete_me" in screens.privacy(days, "kk").html


def test_a_person_s_words_are_escaped() -> None:
    assert "&lt;b&gt;" in screens.scope("en", group=False, misread="<b>").html
