"""The dictionaries are read whole, dated and consistent."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from watchers.indicators.lexicon import lexicon
from watchers.rules import words
from watchers.rules.words import known_stems, load_dictionaries


def test_every_dictionary_says_where_it_is_from_and_when_it_was_checked() -> None:
    dated = load_dictionaries().checked_on
    assert {"words.csv", "phrases.csv", "brands.csv", "look_alikes.csv"} <= set(dated)
    assert all(date(2026, 1, 1) <= day <= date(2100, 1, 1) for day in dated.values())


def test_a_dictionary_without_a_source_is_refused(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "words.csv").write_text("list,language,words\nunit,ru,квт\n", encoding="utf-8")
    monkeypatch.setattr(words, "_FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"words.csv does not begin with '# source:'"):
        words._lines("words.csv")


def test_words_are_written_as_texts_are_folded() -> None:
    dictionaries = load_dictionaries()
    entries = [word for listed in dictionaries.lists.values() for word in listed]
    entries += [word for phrase in dictionaries.phrases for word in phrase.phrase.split()]
    assert [
        word for word in entries if word != word.lower() or "ё" in word or word.count("*") > word.count("|") + 1
    ] == []


def test_every_phrase_and_list_can_be_looked_for() -> None:
    dictionaries = load_dictionaries()
    assert len(lexicon().patterns(*{phrase.kind for phrase in dictionaries.phrases}).patterns) == len(
        dictionaries.phrases
    )
    needed = {brand.needs for brand in dictionaries.brands} - {""}
    assert needed <= set(dictionaries.lists)


def test_no_brand_is_listed_twice() -> None:
    spellings = Counter(" ".join(one) for brand in load_dictionaries().brands for one in brand.spellings)
    assert [spelling for spelling, times in spellings.items() if times > 1] == []


def test_known_words_are_known_by_their_beginnings() -> None:
    stems = known_stems()
    assert len(stems) > 9_000
    assert {"ремо", "жөнд"} & {stem[:4] for stem in stems} == {"ремо", "жөнд"}
