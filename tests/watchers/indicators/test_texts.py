"""Texts are cut once, bounded, and read in linear time whatever is in them."""

from __future__ import annotations

import time

import pytest

from tests.watchers.indicators.tables import base, changed, release_of
from watchers.indicators import texts
from watchers.indicators.base import Context, Status
from watchers.indicators.lexicon import Lexicon
from watchers.indicators.registry import judge_release, load_indicators
from watchers.indicators.texts import Place, Text, lots_of
from watchers.rules import load_rules
from watchers.rules.words import Dictionaries, Phrase

_CONTEXT = Context(rules=load_rules())
_DESCRIPTION = "tender.lots.0.description_ru"
_LISTS = {"thing": ("кот", "кошк*"), "no": ("нет",), "early": ("если",), "late": ("кроме",)}


def _phrases(*phrases: str, **cancels: tuple[str, ...]) -> Lexicon:
    empty: dict[str, tuple[str, ...]] = {"inside": (), "before": (), "after": ()}
    rows = tuple(Phrase(kind="k", language="ru", phrase=one, **{**empty, **cancels}) for one in phrases)
    return Lexicon(Dictionaries(lists=_LISTS, phrases=rows, brands=(), look_alikes=(), checked_on={}))


def _found(raw: str, *phrases: str, monkeypatch: pytest.MonkeyPatch, **cancels: tuple[str, ...]) -> list[str]:
    lexicon = _phrases(*phrases, **cancels)
    monkeypatch.setattr(texts, "lexicon", lambda: lexicon)
    text = Text(raw, Place.DESCRIPTION, "ru", "")
    return [text.cut(match.first, match.last) for match in text.find(lexicon.patterns("k"))]


@pytest.mark.parametrize(
    ("raw", "phrase", "found"),
    [
        ("Нужен кот", "@thing", ["кот"]),
        ("Нужны кошкам", "@thing", ["кошкам"]),
        ("Нужен котел", "@thing", []),
        ("Кот спит", "@thing спит", ["Кот спит"]),
        ("Кот сладко спит", "@thing спит", []),
        ("Кот, сладко спит", "@thing ~1 спит|ест", ["Кот, сладко спит"]),
        ("Кот очень сладко спит", "@thing ~1 спит", []),
        ("Кот. Спит", "@thing ~3 спит", []),
        ("Кот; спит", "@thing ~3 спит", []),
        ("Кот весом 3.5 кг спит", "@thing ~4 спит", ["Кот весом 3.5 кг спит"]),
        ("кот-кошка", "@thing", ["кот-кошка"]),
        ("ЁЖ и Кот", "еж ~2 кот", ["ЁЖ и Кот"]),
    ],
)
def test_a_phrase_is_found_where_it_stands(
    raw: str, phrase: str, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _found(raw, phrase, monkeypatch=monkeypatch) == found


@pytest.mark.parametrize(
    ("raw", "cancels", "found"),
    [
        ("кот нет спит", {"inside": ("no",)}, 0),
        ("кот спит, нет", {"inside": ("no",)}, 1),
        ("если кот спит", {"before": ("early",)}, 0),
        ("если б. Кот спит", {"before": ("early",)}, 1),
        ("если один два три четыре пять кот спит", {"before": ("early",)}, 1),
        ("кот спит кроме ночи", {"after": ("late",)}, 0),
        ("кот спит; кроме ночи", {"after": ("late",)}, 1),
    ],
)
def test_a_phrase_is_called_off_by_what_stands_around_it(
    raw: str, cancels: dict[str, tuple[str, ...]], found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(_found(raw, "кот ~3 спит", monkeypatch=monkeypatch, **cancels)) == found


def test_a_list_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        _phrases("@nothing")


def test_texts_come_by_lot_place_and_language_each_once() -> None:
    release = release_of(base("kz-tender"))
    whole, lot = lots_of(release)
    assert [(one.place, one.language) for one in whole.texts] == [
        (Place.NAME, "ru"), (Place.NAME, "kk"), (Place.FILE, ""), (Place.FILE, ""), (Place.FILE, ""),
    ]  # fmt: skip
    assert [(one.place, one.language) for one in lot.texts] == [
        (Place.NAME, "ru"), (Place.DESCRIPTION, "ru"), (Place.DESCRIPTION, "kk"),
    ]  # fmt: skip
    assert (lot.key, lot.number, lot.codes()) == ("43600002", "87600002", [("ENSTRU", "262013.000.000012")])
    assert lots_of(release) is lots_of(release)


def test_items_without_a_known_lot_belong_to_the_whole() -> None:
    whole, *lots = lots_of(release_of(base("elsewhere")))
    assert [one.place for one in whole.texts] == [Place.NAME, Place.PLAN]
    assert lots == []


_HOSTILE = {
    "one word again and again": "аналог " * 100_000,
    "phrases that never end": "не допускается поставка опыт работы модель марка " * 20_000,
    "one endless word": "а" * 2_500_000,
    "words of two alphabets": "".join(
        f"aбвгд{number % 10}ежзaи кoмпьютeрЪ{chr(0x430 + number % 32)} " for number in range(50_000)
    ),
    "mixed words that none is": " ".join(
        f"ыъe{chr(0x430 + n % 32)}{chr(0x430 + n // 32 % 32)}щ" for n in range(100_000)
    ),
    "numbers": "1,234567 ровно 0.0001 " * 100_000,
    "dots and blanks": ". " * 1_000_000 + " " * 1_000_000,
    "hyphens": "A-" * 1_000_000,
    "models": "CF283A LBP-2900 " * 100_000,
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_hostile_texts_cost_little(name: str) -> None:
    changes = {_DESCRIPTION: _HOSTILE[name], "tender.lots.0.description_kk": _HOSTILE[name][::-1]}
    release = release_of(changed(base("kz-tender"), changes))
    begin = time.process_time()
    found = judge_release(release, _CONTEXT, load_indicators())
    assert time.process_time() - begin < 1
    assert not [one.reason for one in found if one.status is Status.NOT_COMPUTABLE and "failed" in one.reason]
    assert max(len(text.raw) for lot in lots_of(release) for text in lot.texts) <= 20_000


def test_many_lots_are_read_as_far_as_there_is_room() -> None:
    release = base("kz-tender")
    lot = release["tender"]["lots"][0]
    texts_of_lots = [f"{number} " + "слово " * 3_000 for number in range(200)]
    release["tender"]["lots"] = [{**lot, "id": str(n), "description_ru": one} for n, one in enumerate(texts_of_lots)]
    read = sum(len(text.raw) for one in lots_of(release_of(release)) for text in one.texts)
    assert read <= 400_000
