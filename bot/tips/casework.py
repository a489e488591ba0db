"""What monitors do with tips. Every act goes through `Casework.begin`, which asks the one table of rights."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.tips.audit import write_audit
from bot.tips.desk import Desk, Tip
from bot.tips.drafts import hour
from bot.tips.news import News, Said, add_news
from bot.tips.roles import Act, Team, may
from bot.tips.states import CLOSED, Decline, Outcome, State, may_become
from bot.tips.tables import tip_blocks, tip_senders, tips

__all__ = ["Casework", "NotAllowed", "NotPossible"]


class NotAllowed(Exception):  # noqa: N818 - it says what is the matter
    """This account's roles do not allow the act. Raised before anything is read or changed."""


class NotPossible(Exception):  # noqa: N818 - it says what is the matter
    """The act makes no sense here. `reason`: missing, state, again, route, self."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Casework:
    """Acts of the accounts of `team` on the tips of `desk`."""

    def __init__(self, desk: Desk, team: Team) -> None:
        self.desk = desk
        self.team = team

    def check(self, account: int, act: Act) -> None:
        """Whether the account may. Raises NotAllowed."""
        if not may(self.team.roles(account), act):
            raise NotAllowed(act)

    async def begin(self, account: int, act: Act, ref: str) -> Tip:
        """The tip an act is about. Raises NotAllowed, NotPossible."""
        self.check(account, act)
        tip = await self.desk.by_ref(ref)
        if tip is None:
            raise NotPossible("missing")
        return tip

    async def claim(self, account: int, ref: str) -> Tip:
        """Take a tip: from now on it is being read by this account. Raises NotAllowed, NotPossible."""
        tip = await self.begin(account, Act.CLAIM, ref)
        if tip.claimed_by == account:
            raise NotPossible("again")
        changes: dict[str, Any] = {"claimed_by": account}
        state = State.READING if tip.state is State.RECEIVED else None
        return await self._change(account, Act.CLAIM, tip, changes, state=state)

    async def set_state(self, account: int, ref: str, state: State) -> Tip:
        """Say where a tip stands: being read again, or accepted. Raises NotAllowed, NotPossible."""
        tip = await self.begin(account, Act.STATUS, ref)
        if state not in {State.READING, State.ACCEPTED}:
            raise NotPossible("state")
        return await self._change(account, Act.STATUS, tip, {"outcome": ""}, state=state, detail=state)

    async def decline(self, account: int, ref: str, reason: Decline) -> Tip:
        """Not followed, and why. Raises NotAllowed, NotPossible."""
        tip = await self.begin(account, Act.DECLINE, ref)
        changes = {"outcome": reason}
        return await self._change(account, Act.DECLINE, tip, changes, state=State.DECLINED, detail=reason)

    async def close(self, account: int, ref: str, outcome: Outcome) -> Tip:
        """Over, and how it ended. Raises NotAllowed, NotPossible."""
        tip = await self.begin(account, Act.CLOSE, ref)
        changes = {"outcome": outcome}
        return await self._change(account, Act.CLOSE, tip, changes, state=State.CLOSED, detail=outcome)

    async def hand_over(self, account: int, ref: str) -> Tip:
        """With an authority now, under the coalition's own signature. Raises NotAllowed, NotPossible."""
        tip = await self.begin(account, Act.HANDOVER, ref)
        return await self._change(account, Act.HANDOVER, tip, {}, state=State.AUTHORITY)

    async def merge(self, account: int, ref: str, into: str) -> Tip:
        """The story goes on in another tip. Raises NotAllowed, NotPossible."""
        tip = await self.begin(account, Act.MERGE, ref)
        other = await self.begin(account, Act.MERGE, into)
        if other.id == tip.id or other.state is State.MERGED:
            raise NotPossible("self")
        changes = {"merged_into": other.id}
        return await self._change(account, Act.MERGE, tip, changes, state=State.MERGED, detail=other.ref)

    async def link(self, account: int, ref: str, *, tender_id: int | None, buyer_id: str) -> Tip:
        """Which tender and buyer a tip is about. Raises NotAllowed, NotPossible."""
        tip = await self.begin(account, Act.LINK, ref)
        changes = {"tender_id": tender_id, "buyer_id": buyer_id}
        detail = f"tender {tender_id}" if tender_id else "buyer"
        return await self._change(account, Act.LINK, tip, changes, detail=detail)

    async def ask(self, account: int, ref: str, words: str) -> Tip:
        """Ask the tipper. Raises NotAllowed, NotPossible."""
        tip = await self.begin(account, Act.ASK, ref)
        return await self._change(account, Act.ASK, tip, {}, state=State.ASKED, news=News(Said.QUESTION, words))

    async def answer(self, account: int, ref: str, words: str) -> Tip:
        """Say something to the tipper that asks for nothing. Raises NotAllowed, NotPossible."""
        tip = await self.begin(account, Act.ANSWER, ref)
        return await self._change(account, Act.ANSWER, tip, {}, news=News(Said.ANSWER, words))

    async def hold(self, account: int, ref: str, *, held: bool) -> Tip:
        """A legal hold: the tip is not erased while it lasts. Raises NotAllowed, NotPossible."""
        tip = await self.begin(account, Act.HOLD, ref)
        detail = "on" if held else "off"
        return await self._change(account, Act.HOLD, tip, {"held": held, "warned_at": None}, detail=detail)

    async def block(self, account: int, ref: str) -> Tip:
        """Take nothing more from whoever sent a tip, without learning who. Raises NotAllowed, NotPossible.

        What they are writing now is erased. Possible for a week after it was sent; later nothing links a tip to its
        sender.
        """
        tip = await self.begin(account, Act.BLOCK, ref)
        now = self.desk.clock()
        mine = select(tip_senders.c.sender).where(tip_senders.c.tip_id == tip.id, tip_senders.c.until > now)
        async with self.desk.database.write() as connection:
            sender = (await connection.execute(mine)).scalar_one_or_none()
            if sender is None:
                raise NotPossible("route")
            row = {"sender": sender, "made_at": hour(now)}
            await connection.execute(self.desk.database.insert(tip_blocks).values(row).on_conflict_do_nothing())
            await self.desk.drafts.drop_of(connection, sender)
            await write_audit(connection, now, account, Act.BLOCK, tip.ref)
        return tip

    async def note(self, account: int, act: Act, ref: str) -> Tip:
        """An act that changes nothing, such as fetching the sealed file. Raises NotAllowed, NotPossible."""
        tip = await self.begin(account, act, ref)
        async with self.desk.database.write() as connection:
            await write_audit(connection, self.desk.clock(), account, act, tip.ref)
        return tip

    async def _change(
        self,
        account: int,
        act: Act,
        tip: Tip,
        changes: dict[str, Any],
        *,
        state: State | None = None,
        detail: str = "",
        news: News | None = None,
    ) -> Tip:
        """One transaction: the change, what the tipper is told, the audit line. Only if nobody changed it meanwhile."""
        if state is not None and not may_become(tip.state, state):
            raise NotPossible("state")
        if news is not None and tip.state in CLOSED:
            raise NotPossible("state")
        now = self.desk.clock()
        if state is not None:
            changes = changes | {"state": state, "changed_at": hour(now), "warned_at": None}
        async with self.desk.database.write() as connection:
            if changes:
                same = (tips.c.id == tip.id) & (tips.c.state == tip.state)
                changed = await connection.execute(update(tips).where(same).values(**changes))
                if not changed.rowcount:
                    raise NotPossible("state")
            await self._tell(connection, tip, state, news, now)
            await write_audit(connection, now, account, act, tip.ref, detail=detail)
        after = await self.desk.by_id(tip.id)
        assert after is not None  # noqa: S101 - it was just changed
        return after

    @staticmethod
    async def _tell(
        connection: AsyncConnection, tip: Tip, state: State | None, news: News | None, now: datetime
    ) -> None:
        if news is not None:
            await add_news(connection, tip, news, now)
        elif state is not None:
            await add_news(connection, tip, News(Said.STATE, state), now)
