"""How many tips there are, by state: all that whoever runs the server learns of them. No name, day or account.

Drafts are not counted: together with a look at the network the moment of one would tell who writes it.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import func, or_, select

from bot.tips.states import State
from bot.tips.tables import tips
from watchers.database import Database

__all__ = ["Counts", "count_tips"]


class Counts(msgspec.Struct, frozen=True):
    """`states`: those that have tips, in the order tips go through them. `untold`: of which the group does not know."""

    states: dict[State, int]
    held: int
    untold: int


async def count_tips(database: Database) -> Counts:
    """Count."""
    by_state = select(tips.c.state, func.count()).group_by(tips.c.state)
    held = select(func.count()).where(tips.c.held)
    untold = select(func.count()).where(or_(tips.c.header <= 0, tips.c.unsaid > 0))
    async with database.read() as connection:
        states = {State(state): count for state, count in (await connection.execute(by_state)).all()}
        return Counts(
            {state: states[state] for state in State if state in states},
            (await connection.execute(held)).scalar_one(),
            (await connection.execute(untold)).scalar_one(),
        )
