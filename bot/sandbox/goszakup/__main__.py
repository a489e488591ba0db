"""Runs the stand-in: `python -m bot.sandbox.goszakup --port 8095`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta

from bot.sandbox.goszakup.access import MANNERS
from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.faults import KINDS, read_rates
from bot.sandbox.goszakup.moments import DAY
from bot.sandbox.goszakup.quirks import Quirks
from bot.sandbox.goszakup.server import TOKEN, Goszakup


def main() -> None:
    """Read the options, live the days asked for, and serve until stopped."""
    given = _parser().parse_args()
    now = datetime.fromisoformat(given.now) if given.now else datetime.now(UTC)
    country = Country(
        now - timedelta(days=given.days),
        seed=given.seed,
        per_day=given.per_day,
        defects=given.defects,
        quirks=Quirks() if given.quirks else Quirks.none(),
        keep_days=given.keep_days,
    )
    began = time.perf_counter()
    country.advance(given.days * DAY)
    took = time.perf_counter() - began
    tenders, lots = len(country.shelves["TrdBuy"]), len(country.shelves["Lots"])
    _say(f"{tenders} announcements with {lots} lots in {took:.1f} s")
    server = Goszakup(
        country, port=given.port, token=given.token, speed=given.speed, manner=given.refusal, seed=given.seed
    )
    for kind, rate in given.faults.items():
        server.faults.add(kind, rate=rate)
    asyncio.run(_serve(server))


async def _serve(server: Goszakup) -> None:
    async with server:
        _say(f"{server.url}/v3/graphql with the token {server.token}")
        await asyncio.Event().wait()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox.goszakup", description=__doc__)
    parser.add_argument("--port", type=int, default=8095, help="0 takes a free one (8095)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same country (1)")
    parser.add_argument("--days", type=int, default=1, help="days the country has lived at the start (1)")
    parser.add_argument("--per-day", type=int, default=5000, help="announcements on a working day (5000)")
    parser.add_argument("--speed", type=float, default=1.0, help="seconds there for each second here (1)")
    parser.add_argument("--now", default="", help="the moment of the start, ISO 8601 with a zone (default: now)")
    parser.add_argument("--token", default=TOKEN, help="the bearer token to accept")
    parser.add_argument("--defects", type=float, default=0.06, help="share of purchases with a defect (0.06)")
    parser.add_argument("--keep-days", type=int, default=30, help="forget announcements older than this (30)")
    parser.add_argument("--faults", type=read_rates, default={}, help=f"kind=rate,...: {', '.join(KINDS)}")
    parser.add_argument("--refusal", choices=MANNERS, default="mixed", help="how a wrong token is refused (mixed)")
    parser.add_argument("--no-quirks", dest="quirks", action="store_false", help="behave as documented")
    return parser


if __name__ == "__main__":
    main()
