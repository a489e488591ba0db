"""Changing keys: what is stored is opened to a new key by the holder of an old one, without a secret key on the server.

`keys-out` writes the keys of the parts that a current key cannot open yet; their holder runs `rekey` at home; `keys-in`
takes what came back. Each step may be stopped and done again: what is there already is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import delete, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.tips.audit import write_audit
from bot.tips.keylist import PartKeys, body_hash
from bot.tips.roles import Act
from bot.tips.sealing import Recipient
from bot.tips.tables import tip_part_keys, tip_parts
from watchers.database import Database

__all__ = ["CannotDrop", "Taken", "drop_key", "key_counts", "missing_keys", "take_keys"]

_SEALED_KEY = 80
"""Bytes of a sealed box with a key of 32."""
_AT_ONCE = 200


class CannotDrop(Exception):  # noqa: N818 - it says what is the matter
    """A key cannot be taken out: it is still in use, or something would be left that nobody opens."""


class Taken(msgspec.Struct, frozen=True):
    """`added`: keys that are new; `known`: there already; `refused`: of no part here, of no current key, or no key."""

    added: int
    known: int
    refused: int


async def key_counts(database: Database) -> tuple[int, dict[str, int]]:
    """How many sealed parts there are, and how many each key opens."""
    opened = select(tip_part_keys.c.recipient, func.count()).group_by(tip_part_keys.c.recipient)
    async with database.read() as connection:
        parts = (await connection.execute(select(func.count()).select_from(tip_parts))).scalar_one()
        return parts, {row[0]: row[1] for row in await connection.execute(opened)}


async def missing_keys(database: Database, current: Sequence[Recipient]) -> list[PartKeys]:
    """The keys of all parts that some current key cannot open."""
    wanted = {one.fingerprint for one in current}
    found: list[PartKeys] = []
    async with database.read() as connection:
        for id_ in (await connection.execute(select(tip_parts.c.id).order_by(tip_parts.c.id))).scalars().all():
            keys = await _keys(connection, id_)
            if keys and not wanted <= set(keys):
                body = (await connection.execute(select(tip_parts.c.body).where(tip_parts.c.id == id_))).scalar_one()
                found.append(PartKeys(id_, body_hash(bytes(body)), keys))
    return found


async def _keys(connection: AsyncConnection, part: int) -> dict[str, bytes]:
    query = select(tip_part_keys).where(tip_part_keys.c.part_id == part)
    return {row.recipient: bytes(row.sealed) for row in (await connection.execute(query)).all()}


async def take_keys(
    database: Database, current: Sequence[Recipient], listed: Sequence[PartKeys], now: datetime
) -> Taken:
    """Keep the keys for current recipients that a key holder made. A key that is there is never replaced."""
    wanted = {one.fingerprint for one in current}
    added = known = refused = 0
    for at in range(0, len(listed), _AT_ONCE):
        async with database.write() as connection:
            new: list[dict[str, object]] = []
            for one in listed[at : at + _AT_ONCE]:
                body = await connection.execute(select(tip_parts.c.body).where(tip_parts.c.id == one.part))
                stored = body.scalar_one_or_none()
                if stored is None or body_hash(bytes(stored)) != one.body:
                    refused += len(one.keys)
                    continue
                there = await _keys(connection, one.part)
                for to, sealed in one.keys.items():
                    known += to in there
                    if to in there:
                        continue
                    fits = to in wanted and len(sealed) == _SEALED_KEY
                    refused += not fits
                    new += [{"part_id": one.part, "recipient": to, "sealed": sealed}] if fits else []
            if new:
                await connection.execute(database.insert(tip_part_keys).on_conflict_do_nothing(), new)
                await _noted(connection, now, "in", (str(row["recipient"]) for row in new))
            added += len(new)
    return Taken(added, known, refused)


async def drop_key(database: Database, current: Sequence[Recipient], fingerprint: str, now: datetime) -> int:
    """Take out an old key; returns how many parts it opened. Raises CannotDrop."""
    wanted = [one.fingerprint for one in current]
    if fingerprint in wanted:
        raise CannotDrop(f"tips: {fingerprint} is in tips.public_keys: take it out there first, and restart")
    mine = tip_part_keys.c.recipient == fingerprint
    opened = select(tip_part_keys.c.part_id).where(tip_part_keys.c.recipient.in_(wanted))
    alone = select(func.count(distinct(tip_part_keys.c.part_id))).where(mine, tip_part_keys.c.part_id.not_in(opened))
    async with database.write() as connection:
        left = (await connection.execute(alone)).scalar_one()
        if left:
            raise CannotDrop(
                f"tips: {left} parts open with no key of tips.public_keys: use keys-out, rekey and keys-in first"
            )
        gone = (await connection.execute(delete(tip_part_keys).where(mine))).rowcount
        if gone:
            await _noted(connection, now, "drop", [fingerprint])
    return int(gone)


async def _noted(connection: AsyncConnection, now: datetime, what: str, fingerprints: Iterable[str]) -> None:
    for one in sorted(set(fingerprints)):
        await write_audit(connection, now, "server", Act.ROTATE, "", detail=f"{what} {one}")
