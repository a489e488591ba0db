"""A digest says what is in it, in three languages, whatever publishers wrote; and is looked at in Chromium."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import async_playwright

from alerts.i18n import LANGUAGES
from alerts.mail.tables import Attach
from alerts.render.digest import DigestRenderer, Week
from alerts.render.digest.layout import inlined
from alerts.render.digest.page import LARGEST
from alerts.render.digest.sheet import attachment
from alerts.render.pages import IndicatorPages
from alerts.render.sentences import Sentences
from tests.alerts.invented import HOSTILE, card, summary, write_pages
from tests.alerts.render.digest.editions import LINKS, edition, entry, quiet
from tests.bot.sandbox.conftest import FLAGS, find_chromium


class Page(HTMLParser):
    """Links and text of a page; open tags are closed in order."""

    VOID = {"meta", "br", "img", "link", "base"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.text: list[str] = []
        self.loads: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(given.get("href") or "")
        self.loads += [value or "" for name, value in attrs if name in {"src", "background", "srcset"}]
        assert tag not in {"script", "iframe", "form", "link", "img", "object"}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "title"}:
            self.text.append(data)


@pytest.fixture
def sentences(tmp_path: Path) -> Sentences:
    return Sentences(IndicatorPages(write_pages(tmp_path)))


@pytest.fixture
def renderer(sentences: Sentences) -> DigestRenderer:
    return DigestRenderer(None, sentences)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "6 flagged tenders in Turkistan Region, 3 serious"),
        ("ru", "Туркестанская область: 6 закупок с признаками, серьёзных: 3"),
        ("kk", "Түркістан облысы: белгісі бар 6 сатып алу, елеулісі: 3"),
    ],
)
def test_the_subject_says_how_many_where_and_how_serious(renderer: DigestRenderer, language: str, said: str) -> None:
    assert renderer.render(edition(language)).subject == said


def test_the_subject_of_other_days(renderer: DigestRenderer) -> None:
    whole = edition("en")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"entries": (entry(0, "en"),)}, "1 flagged tender in Turkistan Region, 1 serious"),
        ({"entries": (entry(2, "en"),)}, "1 tender without flags in Turkistan Region"),
        ({"entries": tuple(whole.changed)}, "2 changes in tenders you follow"),
        ({"entries": tuple(whole.again)}, "Tenders of an earlier digest that may not have reached you"),
        ({"entries": ()}, "Messages that may not have reached you"),
        ({"entries": (), "doubts": ()}, "All quiet: nothing matched your filters this week"),
    ]
    for changed, said in cases:
        assert renderer.render(edition("en", **changed)).subject == said
    elsewhere = entry(3, "en", card=card(tender_id=9, summary=summary(region="KZ-75")))
    both = edition("en", entries=(entry(0, "en"), elsewhere))
    assert renderer.render(both).subject == "2 flagged tenders, 2 serious"


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_and_html_say_the_same(renderer: DigestRenderer, language: str) -> None:
    page = renderer.render(edition(language))
    html = Page(page.html)
    assert set(re.findall(r"https?://[^\s]+", page.text)) == set(html.links)
    assert LINKS.leave in html.links
    words = [word.strip(" \n·🚩🔄>*-:") for word in html.text]
    for words_of_html in filter(None, words):
        if not re.fullmatch(r"[\d\s]+(\D{0,12})?", words_of_html):  # numbers of the chart are drawn otherwise
            assert words_of_html in page.text.replace("\n  ", "\n"), words_of_html


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_loaded_and_dark_screens_are_thought_of(renderer: DigestRenderer, language: str) -> None:
    html = renderer.render(edition(language)).html
    assert Page(html).loads == []
    assert "url(" not in html
    assert f'<html lang="{language}">' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert 'style="' in html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [60, 300])
def test_a_flood_is_cut_short_and_counted(renderer: DigestRenderer, language: str, count: int) -> None:
    page = renderer.render(
        edition(language, count, entries=tuple(entry(one, language) for one in range(count)), doubts=())
    )
    assert len(page.html.encode()) <= LARGEST
    assert (len(page.html.encode()) + len(page.text.encode())) * 4 / 3 < 100_000
    shown = len(set(re.findall(r"/t/(\d+)\"", page.html)) & {str(100 + number) for number in range(count)})
    assert 5 <= shown <= 25
    assert str(count - shown) in page.text
    rest = re.findall(rf"\((\d+)\): https://baqylau\.example/{language}\?region=KZ-\d&min_weight=0\n", page.text)
    assert sum(map(int, rest)) == count - shown
    assert f'<a href="https://baqylau.example/{language}?region=KZ-2&amp;min_weight=0"' in page.html


def test_purchases_stand_under_their_filter_and_buyer_the_heaviest_first(renderer: DigestRenderer) -> None:
    text = renderer.render(edition("en")).text
    places = [text.index(part) for part in ("=== Schools", "=== Roads", "=== Medicines", "=== What changed")]
    assert places == sorted(places)
    schools = text[places[0] : places[1]]
    assert schools.count("Algabas schools office, ") == 1
    assert schools.count("* Roof repair") == 3


def test_a_purchase_told_and_changed_is_one_line() -> None:
    whole = edition("en", entries=(entry(1, "en"), entry(1, "en")))
    assert len(whole.news) == 2  # what reads editions gives each tender once: tests/alerts/mail/test_digests.py


def test_the_week_is_compared_once_it_is_known(renderer: DigestRenderer) -> None:
    known = edition("en")
    assert "Flagged in the last seven days: 37; in the seven before: 28." in renderer.render(known).text
    short = edition("en", week=Week(known.week.days[-9:]))
    assert "Flagged in the last seven days: 37." in renderer.render(short).text
    new = edition("en", week=Week(known.week.days[-1:]))
    assert "seven days" not in renderer.render(new).text
    assert 'class="bar' not in renderer.render(new).html


def tags(html: str) -> list[object]:
    """Tags with their attributes in one order, and what stands between them."""
    return [sorted(re.findall(r'[\w-]+="[^"]*"', part)) or part for part in re.split(r"(<[^>]*>)", html)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_purchases_laid_out_apart_look_as_if_the_page_were_made_whole(renderer: DigestRenderer, language: str) -> None:
    html = renderer.render(edition(language)).html
    bare = re.sub(r'<style>.*?</style>| style="[^"]*"', "", html, flags=re.DOTALL)
    assert tags(inlined(bare)) == tags(html)
    assert "<!--purchase-->" not in html


def test_what_is_one_readers_alone_is_not_shown_to_the_next(renderer: DigestRenderer) -> None:
    mine = entry(0, "en", filters=("Schools", "My own secret filter"), raised=True)
    theirs = entry(0, "en", filters=("Schools",))
    first = renderer.render(edition("en", entries=(mine,), doubts=()))
    second = renderer.render(edition("en", entries=(theirs,), doubts=()))
    for one, other in ((first.html, second.html), (first.text, second.text)):
        assert "My own secret filter" in one
        assert "told you of this purchase before" in one
        assert "My own secret filter" not in other
        assert "told you of this purchase before" not in other


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_left_are_counted_anew_as_time_goes(renderer: DigestRenderer, language: str) -> None:
    one = entry(0, language)
    closes_at = one.card.summary.closes_at
    assert closes_at is not None
    texts = [
        renderer.render(edition(language, entries=(one,), doubts=(), now=closes_at - before)).text
        for before in (timedelta(days=1), timedelta(hours=1), timedelta(seconds=1), -timedelta(seconds=1))
    ]
    assert len(set(texts)) == 3  # a day left, the last day, closed


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quiet_week_is_short(renderer: DigestRenderer, language: str) -> None:
    page = renderer.render(quiet(language))
    assert len(page.text) < 900
    assert LINKS.leave in page.text


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_hostile_publishers_write_changes_nothing_around_it(
    renderer: DigestRenderer, language: str, name: str
) -> None:
    bad = HOSTILE[name]
    facts = summary(title=bad, titles={}, buyer_name=bad, buyer_names={}, currency=bad[:3], method=bad)
    lines = (card(summary=facts, link=f"javascript:alert('{bad}')"), card(tender_id=8, summary=facts, link=bad))
    page = renderer.render(
        edition(language, entries=tuple(entry(0, card=one, filters=(bad,)) for one in lines), doubts=())
    )
    links = Page(page.html).links
    assert all(link.startswith("https://baqylau.example/") for link in links), links
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066\u2067]", page.html + page.text + page.subject)
    assert len(page.html.encode()) <= LARGEST


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rows_as_csv_and_as_a_workbook(sentences: Sentences, language: str) -> None:
    evil = entry(0, language, card=card(summary=summary(title='=HYPERLINK("http://evil")', titles={})), filters=("+1",))
    whole = edition(language, entries=(*edition(language).entries, evil))
    text = attachment(whole, Attach.CSV, sentences)
    assert text is not None
    table = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"))))
    assert len(table) == 1 + len(whole.entries)
    assert {len(row) for row in table} == {len(table[0])}
    cells = [cell for row in table for cell in row]
    assert '\'=HYPERLINK("http://evil")' in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    book = attachment(whole, Attach.XLSX, sentences)
    assert book is not None
    with zipfile.ZipFile(io.BytesIO(book.content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "HYPERLINK" in parts.read("xl/sharedStrings.xml").decode()
    assert attachment(whole, Attach.NOTHING, sentences) is None
    assert attachment(quiet(language), Attach.CSV, sentences) is None


@pytest.mark.chromium
@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_fits_a_phone_and_is_readable_in_the_dark(renderer: DigestRenderer, language: str) -> None:
    html = renderer.render(edition(language)).html
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for scheme in ("light", "dark"):
            for width in (360, 1200):
                page = await browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
                asked: list[str] = []
                page.on("request", lambda request, asked=asked: asked.append(request.url))
                await page.set_content(html)
                assert await page.evaluate("document.documentElement.scrollWidth") <= width
                faint = await page.evaluate(CONTRAST)
                assert faint == [], (scheme, width)
                assert asked == []
                await page.close()
        await browser.close()


CONTRAST = """() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const f = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => { return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length && (c.length < 4 || c[3] > 0)) return c; } return [255, 255, 255]; };
  const faint = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    if (e.classList.contains('bar')) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push([e.className, e.textContent.slice(0, 40), ratio]);
  }
  return faint;
}"""
