"""A year of invented purchases of a few buyers: repeats, cancellations, bids, contracts, whatever history keeps."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.watchers.indicators.tables import release_of
from watchers.ocds import Release

START = datetime(2025, 10, 1, 4, tzinfo=UTC)
METHODS = ["Запрос ценовых предложений", "Открытый конкурс", "Из одного источника по несостоявшимся закупкам"]
CODES = ["310912.300.000012", "310912.300.000013", "262013.000.000012", "192026.510.000000"]
NAMES = ["КГУ «Общеобразовательная школа № {n}»", "КГУ «Отдел образования района {n}»", "КГП «Больница № {n}»"]


def purchases(count: int, seed: int = 1, *, buyers: int = 12, days: int = 400) -> list[Release]:
    """Releases in the order of their dates; about one in five is a later state of an earlier one."""
    dice = random.Random(seed)
    found: list[dict[str, Any]] = []
    for number in range(count):
        if found and dice.random() < 0.2:
            found.append(_later(dice, dice.choice(found)))
        else:
            found.append(_new(dice, number, buyers, days))
    return [release_of(one) for one in sorted(found, key=lambda one: str(one["date"]))]


def _stamp(moment: datetime) -> str:
    return moment.isoformat()


def _new(dice: random.Random, number: int, buyers: int, days: int) -> dict[str, Any]:
    who = dice.randrange(buyers)
    buyer = {"id": f"KZ-BIN-{who:012d}", "name": NAMES[who % 3].format(n=who)}
    published = START + timedelta(seconds=dice.randrange(days * 86400))
    lots = [_lot(dice, number, place) for place in range(dice.choice([1, 1, 1, 2, 3]))]
    method = dice.choice(METHODS)
    release: dict[str, Any] = {
        "ocid": f"ocds-kz0001-goszakup-{number}-1",
        "date": _stamp(published),
        "buyer": buyer,
        "tender": {
            "id": str(number),
            "status": "active",
            "procurementMethodDetails": method,
            "procurementMethodRationale": dice.choice(["Первая закупка", "Повторная закупка"]),
            "mainProcurementCategory": "goods",
            "datePublished": _stamp(published),
            "tenderPeriod": {"startDate": _stamp(published), "endDate": _stamp(published + timedelta(days=4))},
            "value": {"amount": sum(lot["value"]["amount"] for lot in lots), "currency": "KZT"},
            "procuringEntity": buyer,
            "lots": lots,
            "items": [_item(dice, lot) for lot in lots],
            "budgetYears": [published.year],
        },
    }
    if number and dice.random() < 0.2:
        parent = {"id": "1", "relationship": ["unsuccessfulProcess"], "identifier": str(dice.randrange(number))}
        release["relatedProcesses"] = [parent]
    if dice.random() < 0.2:  # read after it was over
        now = published + timedelta(days=dice.randrange(1, 9))
        release |= _decided(dice, release["tender"], now) | {"date": _stamp(now)}
        release["tender"]["status"] = "complete"
    return release


def _lot(dice: random.Random, number: int, place: int) -> dict[str, Any]:
    amount = round(dice.lognormvariate(14, 1), 2)
    key = f"{number}{place}"
    return {"id": key, "publicNumber": f"{dice.randrange(300)}-ЗЦП1", "value": {"amount": amount, "currency": "KZT"}}


def _item(dice: random.Random, lot: dict[str, Any]) -> dict[str, Any]:
    quantity = dice.choice([1, 3, 7, 60, 0.5])
    return {
        "id": lot["id"],
        "relatedLot": lot["id"],
        "classification": {"scheme": "ENSTRU", "id": dice.choice(CODES)},
        "quantity": quantity,
        "unit": {"id": dice.choice(["796", "112"]), "value": {"amount": round(lot["value"]["amount"] / quantity, 4)}},
        "deliveryAddress": {"regionCode": dice.choice(["KZ-61", "KZ-75"]), "region": "611610000"},
    }


def _later(dice: random.Random, before: dict[str, Any]) -> dict[str, Any]:
    """The same purchase some days on: decided, failed, cancelled or with other terms."""
    tender = dict(before["tender"])
    published = datetime.fromisoformat(tender["datePublished"])
    now = published + timedelta(days=dice.randrange(1, 60), seconds=dice.randrange(9999))
    after = before | {"date": _stamp(now), "tender": tender}
    match dice.choice(["decided", "decided", "failed", "cancelled", "terms"]):
        case "decided":
            after |= _decided(dice, tender, now)
            tender["status"] = "complete"
        case "failed":
            tender["status"] = "unsuccessful"
        case "cancelled":
            tender["status"] = "cancelled"
            tender["officialDecisions"] = [{"kind": "cancelled", "date": _stamp(now), "ground": "План изменён"}]
        case _:
            tender["items"] = [one | {"quantity": one["quantity"] + 1} for one in tender["items"]]
    return after


def _decided(dice: random.Random, tender: dict[str, Any], now: datetime) -> dict[str, Any]:
    bids, awards, contracts = [], [], []
    for lot in tender["lots"]:
        bidders = sorted(dice.sample(range(5), dice.choice([1, 1, 2, 3])))  # so that some win much more often
        amount = round(lot["value"]["amount"] * dice.uniform(0.7, 1), 2)
        bids += [
            {
                "id": f"{lot['id']}-{bidder}", "relatedLots": [lot["id"]],
                "status": "valid" if place == 0 else dice.choice(["valid", "disqualified"]),
                "value": {"amount": amount + place, "currency": "KZT"}, "tenderers": [{"id": f"KZ-BIN-9{bidder:011d}"}],
            }
            for place, bidder in enumerate(bidders)
        ]  # fmt: skip
        award = {"id": lot["id"], "status": "active", "date": _stamp(now), "relatedLots": [lot["id"]],
                 "suppliers": [{"id": f"KZ-BIN-9{bidders[0]:011d}"}]}  # fmt: skip
        awards.append(award)
        if dice.random() < 0.8:
            signed = _stamp(now + timedelta(hours=dice.randrange(1, 90)))
            value = {"amount": amount, "currency": "KZT"}
            contracts.append({"id": lot["id"], "awardID": lot["id"], "dateSigned": signed, "value": value})
    parties = [
        {"id": one["tenderers"][0]["id"], "contactKeys": [f"tel:{one['id']}", f"mail:{one['id'][-1] < '6'}"]}
        for one in bids
    ]
    return {"bids": {"details": bids}, "awards": awards, "contracts": contracts, "parties": parties}
