"""The purchases that a piece of text names: numbers as publishers print them, links to their pages, ocids.

What was pasted is only ever looked up by name; nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import select

from watchers.sources.goszakup.identity import GOSZAKUP, MITWORK, SAMRUK, is_number, ocid_of
from watchers.sources.prozorro.mapping import OCID_PREFIX as PROZORRO
from watchers.store import Store
from watchers.tables import snapshots, tenders

__all__ = ["find_named", "ocids_in", "portal_links"]

_MOST = 40  # names looked up of one text
_MOST_LINKS = 5
_VERSIONS = range(1, 10)
"""A link names the announcement, its number the version behind the dash: a repeat of a failed purchase is the next."""
_LINK = re.compile(r"https?://[^\s<>\"']+|\b(?:[\w-]+\.)+(?:kz|ua)/[^\s<>\"']+", re.IGNORECASE)
_HOSTS = {
    GOSZAKUP: re.compile(r"(?:^|\.)goszakup\.gov\.kz$|(?:^|\.)zakup\.gov\.kz$", re.IGNORECASE),
    MITWORK: re.compile(r"(?:^|\.)mitwork\.kz$", re.IGNORECASE),
    SAMRUK: re.compile(r"(?:^|\.)zakup\.sk\.kz$", re.IGNORECASE),
    "prozorro": re.compile(r"(?:^|\.)prozorro\.gov\.ua$", re.IGNORECASE),
}
_OCID = re.compile(r"\bocds-[0-9a-z]{6}-[0-9A-Za-z._/-]{1,80}", re.IGNORECASE)
_UKRAINIAN = re.compile(r"\bUA-\d{4}-\d{2}-\d{2}-\d{6}(?:-[a-z])?\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w-])\d{5,12}(?:[-\u2010-\u2015\u2212]\d{1,3})?(?![\w-])")
_IN_LINK = re.compile(r"\d{5,12}(?:-\d{1,3})?")


def _host(link: str) -> str:
    return re.sub(r"^https?://", "", link, flags=re.IGNORECASE).split("/", 1)[0].split("@")[-1].split(":", 1)[0]


def portal_links(text: str) -> list[str]:
    """The links in a text that lead to a portal we know."""
    links = (link.rstrip(".,;:)»”") for link in _LINK.findall(text))
    return [link for link in links if any(known.search(_host(link)) for known in _HOSTS.values())]


def _versions(system: str, number: str) -> Iterable[str]:
    if is_number(number):
        yield ocid_of(system, number)
        if "-" not in number:
            yield from (ocid_of(system, f"{number}-{version}") for version in _VERSIONS)


def ocids_in(text: str) -> list[str]:
    """The names under which the purchases of a text may be stored, the likeliest first, at most forty."""
    found: list[str] = []
    for link in portal_links(text):
        host, path = _host(link), link.split("/", 3)[-1]
        for system, known in _HOSTS.items():
            if system != "prozorro" and known.search(host):
                for number in _IN_LINK.findall(path):
                    found += _versions(system, number)
    found += _OCID.findall(text)
    found += [f"{PROZORRO}{number[:-1].upper()}{number[-1].lower()}" for number in _UKRAINIAN.findall(text)]
    bare = _LINK.sub(" ", text)
    numbers = dict.fromkeys(re.sub(r"[\u2010-\u2015\u2212]", "-", one) for one in _NUMBER.findall(bare))
    for number in numbers:
        for system in (GOSZAKUP, MITWORK, SAMRUK):
            found += _versions(system, number)
    return list(dict.fromkeys(found))[:_MOST]


async def find_named(store: Store, text: str) -> list[int]:
    """Ids of the stored tenders that a text names, in the order it names them."""
    wanted, links = ocids_in(text), [link.rstrip("/") for link in portal_links(text)][:_MOST_LINKS]
    if not wanted and not links:
        return []
    named = select(tenders.c.ocid, tenders.c.id).where(tenders.c.ocid.in_(wanted)).order_by(tenders.c.id.desc())
    linked = select(snapshots.c.tender_id).where(snapshots.c.link.in_(links)).distinct().limit(_MOST_LINKS)
    async with store.database.read() as connection:
        rows = (await connection.execute(named)).all()
        found = [row.id for row in sorted(rows, key=lambda row: wanted.index(row.ocid))]
        if not found and links:
            found = list((await connection.execute(linked)).scalars())
    return list(dict.fromkeys(found))
