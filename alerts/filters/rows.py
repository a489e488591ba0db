"""The filters: one row each. What is done with all of them is in `asking`."""

from __future__ import annotations

from alerts.filters.amounts import read_amount, read_most
from alerts.filters.criteria import Criteria
from alerts.filters.facts import TenderFacts, level_of
from alerts.filters.offers import AMOUNTS, DAYS, METHODS, MOSTS, WEIGHTS, indicator_offers
from alerts.filters.reading import (
    read_categories,
    read_days,
    read_ids,
    read_indicators,
    read_methods,
    read_regions,
    read_weight,
    read_words,
)
from alerts.filters.row import Filter, Keyboard
from alerts.filters.speech import Speech
from alerts.filters.words import holds
from alerts.format import money, number
from alerts.i18n import mark, mark_plural

__all__ = ["FILTERS"]


def _purchases(criteria: Criteria, speech: Speech) -> str:
    if criteria.min_weight is None:
        return speech.say(mark("Purchases worth a look"))
    if criteria.min_weight == 0:
        return speech.say(mark("All purchases, flagged or not"))
    if criteria.min_weight == 1:
        return speech.say(mark("Flagged purchases"))
    weight = number(criteria.min_weight, speech.language)
    return speech.say(mark("Purchases with a flag of weight %(weight)s or more"), weight=weight)


def _in_region(criteria: Criteria, facts: TenderFacts) -> bool:
    return any(code in criteria.regions for code in facts.regions)


def _from_amount(criteria: Criteria, facts: TenderFacts) -> bool:
    if criteria.min_amount is None:
        return True
    return facts.amount is not None and facts.currency == criteria.currency and facts.amount >= criteria.min_amount


def _up_to_amount(criteria: Criteria, facts: TenderFacts) -> bool:
    if criteria.max_amount is None:
        return True
    return facts.amount is not None and facts.currency == criteria.currency and facts.amount <= criteria.max_amount


def _in_days(criteria: Criteria, facts: TenderFacts) -> bool:
    if facts.days_left is None:
        return False
    least, most = criteria.min_days, criteria.max_days
    return (least is None or facts.days_left >= least) and (most is None or facts.days_left <= most)


def _days(criteria: Criteria, speech: Speech) -> str:
    least, most = criteria.min_days, criteria.max_days
    if least is not None and most is not None:
        return speech.count(mark_plural("%(from)s to %(n)s day left to bid", "%(from)s to %(n)s days left to bid"),
                            most, **{"from": number(least, speech.language)})  # fmt: skip
    if most is not None:
        return speech.count(mark_plural("at most %(n)s day left to bid", "at most %(n)s days left to bid"), most)
    said = mark_plural("at least %(n)s day left to bid", "at least %(n)s days left to bid")
    return speech.count(said, least or 0)


FILTERS: tuple[Filter, ...] = (
    Filter(
        key="min_weight",
        title=mark("Weight of flags"),
        about="Without a number, the default: what is worth a look, that is a flag by a written rule (tier A) of "
        "weight 4 or more, or flags of two families. With one, from 1 to 5: the heaviest flag weighs at least so much; "
        "0 takes tenders without flags too. Flags that are context only (tier C) do not count.",
        hint=mark(
            "“Worth a look”: a written rule seems not kept, or two different signs say the same. "
            "Choose, or type a number from 0 to 5: the least weight of the heaviest flag."
        ),
        example="3",
        fields=("min_weight",),
        is_set=lambda criteria: True,  # noqa: ARG005 - it has a value always
        matches=lambda criteria, facts: bool(facts.levels >> level_of(criteria.min_weight) & 1),
        clause=_purchases,
        read=read_weight,
        keyboard=Keyboard.CHOICES,
        offers=lambda: WEIGHTS,
    ),
    Filter(
        key="region",
        title=mark("Region"),
        about="The place of delivery, or the buyer's seat where no delivery is known, is in any of these regions. A "
        "country takes all its regions, a region all its districts; a tender whose region is not known is in none, one "
        "whose district is not known in no district.",
        hint=mark("Choose one or several, or type a name: a region, a city, a district."),
        example="Turkistan region, KZ-75, город Семей",
        fields=("regions",),
        is_set=lambda criteria: bool(criteria.regions),
        matches=_in_region,
        clause=lambda criteria, speech: speech.say(
            mark("in %(places)s"), places=speech.any_of([*map(speech.place, criteria.regions)])
        ),
        read=read_regions,
        keyboard=Keyboard.PLACES,
        index_keys=lambda criteria: criteria.regions,
    ),
    Filter(
        key="category",
        title=mark("What is bought"),
        about="An item of the tender is of any of these kinds: an everyday kind, or a code of CPV, ENS TRU or UNSPSC "
        "by its first 2 to 6 characters, or the whole code.",
        hint=mark("Choose one or several, or type a word: coal, roof, computer."),
        example="fuel, CPV:4521",
        fields=("categories",),
        is_set=lambda criteria: bool(criteria.categories),
        matches=lambda criteria, facts: not facts.categories.isdisjoint(criteria.categories),
        clause=lambda criteria, speech: speech.any_of([*map(speech.kind, criteria.categories)]),
        read=read_categories,
        keyboard=Keyboard.KINDS,
        index_keys=lambda criteria: criteria.categories,
    ),
    Filter(
        key="buyer",
        title=mark("Buyer"),
        about="The buyer is any of these, by id.",
        hint=mark("Type its number (BIN, 12 digits) or words of its name."),
        example="KZ-BIN-000000000000",
        fields=("buyers",),
        is_set=lambda criteria: bool(criteria.buyers),
        matches=lambda criteria, facts: facts.buyer in criteria.buyers,
        clause=lambda criteria, speech: speech.say(
            mark("buyer %(buyers)s"), buyers=speech.any_of([*map(speech.named, criteria.buyers)])
        ),
        read=lambda text: {"buyers": read_ids(text)},
        keyboard=Keyboard.BUYERS,
        index_keys=lambda criteria: criteria.buyers,
    ),
    Filter(
        key="min_amount",
        title=mark("Amount"),
        about="The estimate is at least so much. A tender without an amount, or in another currency than the "
        "filter's, does not match: sums are not converted.",
        hint=mark("Choose the least amount, or type one: 10 million. Two amounts are a range: 5–20 million."),
        example="10 млн ₸",
        fields=("min_amount",),
        is_set=lambda criteria: criteria.min_amount is not None,
        matches=_from_amount,
        clause=lambda criteria, speech: speech.say(
            mark("from %(amount)s"), amount=money(criteria.min_amount, criteria.currency, speech.language)
        ),
        read=read_amount,
        keyboard=Keyboard.CHOICES,
        offers=lambda: AMOUNTS,
    ),
    Filter(
        key="max_amount",
        title=mark("Largest amount"),
        about="The estimate is at most so much; as for the least amount, one in another currency does not match.",
        hint=mark("Choose the largest amount, or type one: 50 million. Two amounts are a range: 5–20 million."),
        example="50 млн ₸",
        fields=("max_amount",),
        is_set=lambda criteria: criteria.max_amount is not None,
        matches=_up_to_amount,
        clause=lambda criteria, speech: speech.say(
            mark("up to %(amount)s"), amount=money(criteria.max_amount, criteria.currency, speech.language)
        ),
        read=read_most,
        keyboard=Keyboard.CHOICES,
        offers=lambda: MOSTS,
    ),
    Filter(
        key="supplier",
        title=mark("Supplier"),
        about="Any of these, by id, was chosen or contracted. Such a filter speaks when a purchase is awarded, not "
        "when it is announced; a private person’s number is never kept, so none can be followed.",
        hint=mark("Type its number (BIN, 12 digits) or words of its name."),
        example="KZ-BIN-000000000000",
        fields=("suppliers",),
        is_set=lambda criteria: bool(criteria.suppliers),
        matches=lambda criteria, facts: not set(facts.suppliers).isdisjoint(criteria.suppliers),
        clause=lambda criteria, speech: speech.say(
            mark("supplier %(suppliers)s"), suppliers=speech.any_of([*map(speech.named, criteria.suppliers)])
        ),
        read=lambda text: {"suppliers": read_ids(text)},
        keyboard=Keyboard.SUPPLIERS,
        index_keys=lambda criteria: criteria.suppliers,
    ),
    Filter(
        key="method",
        title=mark("Way of buying"),
        about="The announced method is of any of these groups: `tender`, `rating_point`, `auction`, `price_quotation`, "
        "`e_shop`, `direct`, `single_source_after_failure`, `catering`, `other`.",
        hint=mark("Choose one or several, or type the name: auction."),
        example="direct, price_quotation",
        fields=("methods",),
        is_set=lambda criteria: bool(criteria.methods),
        matches=lambda criteria, facts: facts.method in criteria.methods,
        clause=lambda criteria, speech: speech.any_of([*map(speech.method, criteria.methods)]),
        read=read_methods,
        keyboard=Keyboard.CHOICES,
        offers=lambda: METHODS,
    ),
    Filter(
        key="deadline",
        title=mark("Time left to bid"),
        about="So many days are left to hand in bids when the purchase is told of. A tender that takes no bids any "
        "more, or of which nobody knows until when, does not match.",
        hint=mark("Choose one, or type days: 3-10, at least 5, at most 7."),
        example="3-10",
        fields=("min_days", "max_days"),
        is_set=lambda criteria: criteria.min_days is not None or criteria.max_days is not None,
        matches=_in_days,
        clause=_days,
        read=read_days,
        keyboard=Keyboard.CHOICES,
        offers=lambda: DAYS,
    ),
    Filter(
        key="indicators",
        title=mark("Flags"),
        about="Any of these indicators raised a flag. The least weight holds as well.",
        hint=mark("Choose one or several, or type codes: R003, KZ-08."),
        example="R003, R018",
        fields=("indicators",),
        is_set=lambda criteria: bool(criteria.indicators),
        matches=lambda criteria, facts: not facts.indicators.isdisjoint(criteria.indicators),
        clause=lambda criteria, speech: speech.say(
            mark("flag %(flags)s"), flags=speech.any_of([*map(speech.flag, criteria.indicators)])
        ),
        read=read_indicators,
        keyboard=Keyboard.CHOICES,
        offers=indicator_offers,
        index_keys=lambda criteria: criteria.indicators,
    ),
    Filter(
        key="words",
        title=mark("Words"),
        about="The title, a description or an item has any of these words, by their beginning, or phrases of words "
        "that follow one another. Case, ё and Latin letters inside Cyrillic words make no difference; there are no "
        "patterns.",
        hint=mark("Type words or their beginnings, with commas between: roof, school repair."),
        example="кровл, ремонт школ",
        fields=("words",),
        is_set=lambda criteria: bool(criteria.words),
        matches=lambda criteria, facts: any(holds(facts.words, word) for word in criteria.words),
        clause=lambda criteria, speech: speech.say(
            mark("with the word %(words)s"), words=speech.quoted(criteria.words)
        ),
        read=lambda text: {"words": read_words(text)},
        keyboard=Keyboard.WORDS,
        index_keys=lambda criteria: criteria.words,
    ),
    Filter(
        key="without_words",
        title=mark("Excluded words"),
        about="None of these words or phrases is there; compared like the words above.",
        hint=mark("Type words or their beginnings, with commas between: roof, school repair."),
        example="дезинфекц",
        fields=("without_words",),
        is_set=lambda criteria: bool(criteria.without_words),
        matches=lambda criteria, facts: not any(holds(facts.words, word) for word in criteria.without_words),
        clause=lambda criteria, speech: speech.say(
            mark("without the word %(words)s"), words=speech.quoted(criteria.without_words)
        ),
        read=lambda text: {"without_words": read_words(text)},
        keyboard=Keyboard.WORDS,
    ),
)
