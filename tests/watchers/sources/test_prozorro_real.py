"""A week of a real region through the stand-in and the source: everything is mapped, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from tests.standins.prozorro import ProzorroStandIn, read_tenders
from tests.watchers.sources.polling import HASTE, collect
from watchers.ocds import Release

DATA = Path(__file__).parents[4] / "shared/data/ocds/ukraine-prozorro-openprocurement"
LVIV = DATA / "lviv-2026-10-05_12-half-A.jsonl.gz"

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not LVIV.exists(), reason="the real data are not here")]


async def test_every_tender_is_mapped_with_what_its_document_has(
    opened: Callable[..., Any],
) -> None:
    documents = {document["tenderID"]: document for document in read_tenders(LVIV)}
    async with ProzorroStandIn(documents.values()) as server:
        source = opened(kind="prozorro", base_url=server.base_url, start="2026-08-01", limit=1000, **HASTE)
        with capture_logs() as lines:
            batches = await collect(source)
    records = [record for batch in batches for record in batch.records]
    assert [one for batch in batches for one in batch.rejected] == []
    assert {record.release.ocid for record in records} == {f"ocds-be6bcu-{number}" for number in documents}
    assert len(records) == len(documents)
    for record in records:
        release = record.release
        document = documents[release.ocid.removeprefix("ocds-be6bcu-")]
        call = release.tender
        assert call is not None
        assert release.buyer is not None
        assert release.buyer.address is not None
        assert release.buyer.address.region_code == "UA-46"
        assert (call.value is not None) == ("value" in document)
        assert (call.tender_period is not None) == ("tenderPeriod" in document)
        assert len(call.items) == len(document["items"])
        assert len(release.awards) == len(document.get("awards", ()))
        assert len(call.documents) == len(document.get("documents", ()))
        assert msgspec.json.decode(msgspec.json.encode(release), type=Release) == release
    assert [line for line in lines if line["event"] == "prozorro_code_unknown"] == []
