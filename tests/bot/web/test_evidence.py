"""The evidence page of a tender, over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from alerts.i18n import LANGUAGES
from alerts.public_pages import PublicPages
from bot.web import assets
from bot.web.evidence import Evidence
from bot.web.site import Site
from tests.bot.web.serving import Served, served
from tests.watchers.tenders import batch, finding, judged, release
from watchers.database import Database
from watchers.indicators.base import Norm, Status
from watchers.rules import load_rules
from watchers.sources.base import Record
from watchers.store import Judged, Store

HOSTILE = (
    "<script>alert(1)</script> \"'><img src=x onerror=alert(1)> \u202etxt.exe\u202c \u2066\u200f &lt;b&gt; {{ 7*7 }} "
)
SHORT = finding(
    "R003", unit="working_days", weight=4,
    facts={"group": "tender", "calendar_confirmed": True, "hard": False, "repeat": False},
    norm=Norm("rules-687", "164", date(2026, 2, 22)),
)  # fmt: skip
UNCHECKED = finding("R005", Status.NOT_COMPUTABLE, reason="tender.documents is missing")
IIN = "850315300123"


def site_of(clock: Any, **changed: Any) -> Site:
    known = {"public": PublicPages("https://baqylau.example"), "clock": clock, "since": clock()}
    return Site(**(known | {"reply": "answers@baqylau.example"} | changed))


@pytest.fixture
def store(database: Database, clock: Any) -> Store:
    return Store(database, clock)


@pytest.fixture
async def pages(store: Store, clock: Any) -> AsyncIterator[Served]:
    site = site_of(clock)
    async with served(site, [*assets.routes(), *Evidence(site, store, load_rules()).routes()]) as pages:
        yield pages


@pytest.fixture
async def one(store: Store) -> None:
    first = judged(release(), SHORT, UNCHECKED)
    await store.save("portal", batch(first), [first], cursor="1")


def words_of(html: str) -> str:
    """What a reader sees of a page, roughly: no tags, one blank between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def test_the_page_says_what_it_is_what_was_found_and_what_was_not_checked(pages: Served, one: None) -> None:
    answer = await pages.get("/t/1")
    text = words_of(answer.text)
    assert answer.status == 200
    assert "<h1>Roof repair, school No. 12</h1>" in answer.text
    assert "Short time to bid: 3.5 working days" in text
    assert "Rules No. 687, p. 164" in text
    assert "https://adilet.zan.kz/rus/docs/V2400035238" in answer.text
    assert "The text was last checked on 22 Feb 2026." in text
    assert "Innocent reasons The deadline was extended" in text
    assert "not in the data: documents" in text
    assert "A flag is a reason to look, not proof of wrongdoing." in text
    assert "48 200 000.50 ₸ tender/value" in text.replace("\u00a0", " ")
    assert "answers@baqylau.example" in text
    assert 'href="https://portal.example/1"' in answer.text


async def test_no_page_has_a_script_a_style_of_its_own_or_anything_from_elsewhere(pages: Served, one: None) -> None:
    answer = await pages.get("/t/1")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'")
    assert "unsafe" not in policy
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|<iframe|<object", answer.text)
    fetched = re.findall(r'<(?:link rel="(?:stylesheet|icon)"|img)[^>]*?(?:href|src)="([^"]+)"', answer.text)
    assert fetched
    assert all(address.startswith("/static/") for address in fetched)
    assert "Set-Cookie" not in answer.headers


SPOKEN = (
    ("/t/1", "kk-KZ", "kk"),
    ("/t/1", "de, ru;q=0.3, kk;q=0.2", "ru"),
    ("/t/1", "de", "kk"),
    ("/t/1", "en;q=0, ru;q=0.001", "ru"),
    ("/t/1", ";;,,q=*;" + "x" * 3000, "kk"),
    ("/ru/t/1", "en", "ru"),
    ("/t/1?lang=ru", "en", "ru"),
    ("/t/1?lang=xx", "en", "en"),
)


async def test_a_page_speaks_the_language_asked_for(pages: Served, one: None) -> None:
    for path, accepted, language in SPOKEN:
        answer = await pages.get(path, Accept_Language=accepted)
        assert answer.headers["Content-Language"] == language, (path, accepted)
        assert f'<html lang="{language}">' in answer.text
        assert "Accept-Language" in answer.headers["Vary"]


NOWHERE = (
    "/t/2", "/t/0", "/t/x", "/t/-1", "/t/1.0", "/t/١", "/t/99999999999999999999", "/t/9999999999999999999", "/xx/t/1",
    "/t/1/2", "/t/1/0", "/t/1/99999999999", "/t/1/2/raw", "/t/1/1/", "/t/1%00", "/t/1/1/raw.html", "/t/1'--",
    "/static/", "/static/..%2f..%2fsite.py", "/static/%2e%2e/%2e%2e/etc/passwd", "//evil.example/t/1",
)  # fmt: skip


async def test_what_is_not_there_is_said_in_the_readers_language(pages: Served, one: None) -> None:
    for path in NOWHERE:
        answer = await pages.get(path, Accept_Language="ru")
        assert (answer.status, "Такой страницы нет" in answer.text) == (404, True), path
        assert answer.headers["Cache-Control"] == "no-store"
    assert (await pages.get("/t/2", Accept="*/*")).text == "404: Not Found"


async def test_another_method_is_refused_in_words(pages: Served, one: None) -> None:
    answer = await pages.post("/t/1", b"x" * 2000)
    assert (answer.status, "GET" in answer.headers["Allow"]) == (405, True)
    assert "cannot be used that way" in answer.text


async def test_a_head_has_the_headers_and_a_range_the_whole(pages: Served, one: None) -> None:
    whole = await pages.get("/t/1")
    head = await pages.get("/t/1", method="HEAD")
    assert (head.status, head.text) == (200, "")
    assert head.headers["ETag"] == whole.headers["ETag"]
    part = await pages.get("/t/1/1/raw", Range="bytes=0-3")
    assert (part.status, len(part.text) > 4) == (200, True)


async def test_a_copy_that_is_current_is_not_sent_again(pages: Served, one: None, clock: Any) -> None:
    first = await pages.get("/t/1")
    assert "max-age" in first.headers["Cache-Control"]
    for headers in (
        {"If_None_Match": first.headers["ETag"]},
        {"If_None_Match": f'"other", W/{first.headers["ETag"]}'},
        {"If_Modified_Since": first.headers["Last-Modified"]},
    ):
        again = await pages.get("/t/1", **headers)
        assert (again.status, again.text) == (304, "")
    clock.advance(days=1)  # one day less is left for bids
    for headers in (
        {"If_None_Match": first.headers["ETag"]},
        {"If_Modified_Since": first.headers["Last-Modified"]},
        {"If_Modified_Since": "no date"},
    ):
        assert (await pages.get("/t/1", **headers)).status == 200
    later = await pages.get("/t/1")
    assert parsedate_to_datetime(later.headers["Last-Modified"]) <= clock()


async def test_a_version_stays_as_it_was_read(pages: Served, one: None, store: Store, clock: Any) -> None:
    before = await pages.get("/t/1/1")
    clock.advance(days=2)
    second = judged(release(title="Roof repair, school No. 13"))
    await store.save("portal", batch(second), [second], cursor="2")
    newest, old = await pages.get("/t/1"), await pages.get("/t/1/1")
    assert "<h1>Roof repair, school No. 13</h1>" in newest.text
    assert "<h1>Roof repair, school No. 12</h1>" in old.text
    assert "This is version 1 of 2" in old.text
    left = re.compile(r"\(\d working days? left\)")
    assert left.findall(before.text) == left.findall(old.text) != left.findall(newest.text)
    assert '<link rel="canonical" href="https://baqylau.example/t/1/1">' in old.text
    assert "Flag no longer stands" in newest.text


async def test_the_raw_record_is_handed_out_byte_for_byte_with_its_digest(pages: Served, store: Store) -> None:
    raw = ' {"a":   [1.50, 1e2], "б": "<script>"}\n'.encode()
    first = judged(release(), raw=raw)
    await store.save("portal", batch(first), [first], cursor="1")
    async with pages.session.get(f"{pages.base}/t/1/1/raw") as answer:
        body, headers = await answer.read(), answer.headers
    assert body == raw
    digest = hashlib.sha256(raw)
    assert headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert digest.hexdigest() in (await pages.get("/t/1")).text
    assert headers["Content-Disposition"] == 'attachment; filename="tender-1-1-record.json"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "application/json"
    assert "sandbox" in headers["Content-Security-Policy"]
    ocds = json.loads((await pages.get("/t/1/1/release.json")).text)
    assert ocds["tender"]["title"] == "Roof repair, school No. 12"


async def test_a_person_is_named_neither_on_the_page_nor_in_what_it_hands_out(pages: Served, store: Store) -> None:
    person = {"identifier": {"scheme": "KZ-IIN", "id": IIN}, "id": "p", "name": "ИП Сейткали А."}
    company = {"identifier": {"scheme": "KZ-BIN", "id": "120340001234"}, "id": "c", "name": "ТОО «Пример»"}
    awards = [{"id": "1", "suppliers": [{"id": "p", "name": "ИП Сейткали А."}, {"id": "c"}]}]
    of = release(top={"parties": [person, company], "awards": awards})
    raw = json.dumps({"supplierBiin": IIN, "supplierFio": "Сейткали А.", "phone": "+77010000000"}).encode()
    first = judged(of, raw=raw)
    await store.save("portal", batch(first), [first], cursor="1")
    page, given, ocds = [await pages.get(path) for path in ("/t/1", "/t/1/1/raw", "/t/1/1/release.json")]
    for answer in (page, given, ocds):
        assert "Сейткали" not in answer.text
        assert IIN not in answer.text
        assert "77010000000" not in answer.text
    assert "not named here: it may be a person; ТОО «Пример»" in page.text
    assert given.headers["X-Record"] == "persons hidden"
    assert "Repr-Digest" not in given.headers
    assert hashlib.sha256(raw).hexdigest() in page.text


async def test_hostile_data_stay_text(pages: Served, store: Store) -> None:
    hostile = release(
        title=HOSTILE, title_kk=HOSTILE, description=HOSTILE * 300, statusDetails=HOSTILE,
        procurementMethodRationale="Ы" * 9000, procurementMethodDetails=HOSTILE,
        items=[{"id": "1", "description": HOSTILE, "unit": {"name": HOSTILE}, "quantity": 1e30}],
        lots=[{"id": str(n), "title": HOSTILE * 50, "value": {"amount": 1, "currency": "<b>"}} for n in range(400)],
        top={"buyer": {"id": "../../<b>", "name": HOSTILE * 100}},
    )  # fmt: skip
    facts = {"word": HOSTILE, "<b>": ["<i>", {"a": HOSTILE}], "x": {"y": HOSTILE}}
    first = judged(hostile, finding("KZ-08", value=HOSTILE, facts=facts, reason=HOSTILE))
    record = Record(hostile, b"{}", "javascript:alert(1)", "javascript:alert(1)")
    first = Judged(record, first.findings)
    await store.save("portal", batch(first), [first], cursor="1")
    for language in LANGUAGES:
        answer = await pages.get(f"/{language}/t/1")
        assert answer.status == 200
        for never in ("<script", "<img src=x", "javascript:", "\u202e", "\u202c", "\u200f"):
            assert never not in answer.text, never
        assert "{{ 7*7 }}" in answer.text
        assert len(answer.text) < 400_000


async def test_the_style_sheet_is_kept_for_ever_under_its_hash(pages: Served) -> None:
    answer = await pages.get(assets.asset_address("site.css"))
    assert (answer.status, "immutable" in answer.headers["Cache-Control"]) == (200, True)
    assert (await pages.get("/static/site.0000000000000000.css")).status == 404


def test_an_address_is_written_in_one_place() -> None:
    pages = PublicPages("https://baqylau.example")
    assert pages.tender(12) == "https://baqylau.example/t/12"
    assert pages.snapshot(12, 3) == "https://baqylau.example/t/12/3"
    assert pages.buyer("KZ-BIN-1/2?") == "https://baqylau.example/b/KZ-BIN-1%2F2%3F"
    assert pages.token("confirm", "a/b") == "https://baqylau.example/confirm/a%2Fb"
    assert PublicPages().tender(12) == ""
