"""An invented tender in the shape of Prozorro's API."""

from __future__ import annotations

from typing import Any


def organization(number: str, name: str, region: str = "Львівська область") -> dict[str, Any]:
    return {
        "name": name,
        "identifier": {"scheme": "UA-EDR", "id": number, "legalName": name},
        "address": {"region": region, "locality": "Вигадане", "countryName": "Україна", "streetAddress": "Тиха, 1"},
        "contactPoint": {"name": "Хтось", "telephone": "+380000000000", "email": "someone@example.org"},
    }


def tender(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{number:032x}",
        "tenderID": f"UA-2026-11-01-{number:06}-a",
        "dateModified": f"2026-11-20T10:{number // 60 % 60:02}:{number % 60:02}.123456+02:00",
        "dateCreated": "2026-11-01T09:00:00+02:00",
        "status": "active.tendering",
        "title": f"Ремонт даху школи {number}",
        "procurementMethodType": "aboveThreshold",
        "procurementMethod": "open",
        "awardCriteria": "lowestCost",
        "mainProcurementCategory": "works",
        "value": {"amount": 1234567.89, "currency": "UAH", "valueAddedTaxIncluded": True},
        "procuringEntity": organization("00000001", "Школа вигаданого села"),
        "tenderPeriod": {"startDate": "2026-11-01T10:00:00+02:00", "endDate": "2026-11-25T00:00:00+02:00"},
        "items": [
            {
                "id": "item-1", "description": "Дах", "quantity": 1.5,
                "classification": {"scheme": "ДК021", "id": "45260000-7", "description": "Покрівельні роботи"},
                "unit": {"code": "MTK", "name": "метр квадратний"},
            }
        ],
        **more,
    }  # fmt: skip
