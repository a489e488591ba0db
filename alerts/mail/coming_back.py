"""What a mail that came back does to its address, to the ledger and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import select, update

from alerts.channels.email.bounces import LEAVE, Report, Verdict, raised, read_report
from alerts.mail.boxes import LIST
from alerts.mail.mailing import Mailing
from alerts.mail.tables import mail_settings
from alerts.mail.tokens import BadToken, Purpose
from alerts.subscriptions import Subscriptions
from alerts.tables import Standing, outbox, subscribers
from watchers.database import Database

__all__ = ["ComingBack"]

log = structlog.get_logger(__name__)


class ComingBack:
    """Takes mails that came back. Doing it twice changes nothing."""

    def __init__(
        self, database: Database, subscriptions: Subscriptions, mailing: Mailing, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._subscriptions = subscriptions
        self._mailing = mailing
        self._clock = clock

    async def knows(self, recipient: str) -> bool:
        """Whether a mail to this address may be for us: it carries a token that we signed."""
        tag = _tag(recipient)
        if tag.startswith(LEAVE):
            return await self._leaves(tag) is not None
        if not tag:
            return True  # complaints come to the bare address
        return await self._row(tag) is not None

    async def take(self, recipient: str, content: bytes) -> Verdict:
        """Act on one mail to one of our addresses; what it was."""
        tag = _tag(recipient)
        if tag.startswith(LEAVE):
            token = await self._leaves(tag)
            if token is not None:
                await self._mailing.boxes.leave(token)
            return Verdict.NOTHING
        report = read_report(content)
        if report.verdict is Verdict.COMPLAINT:
            await self._complaint(report)
        elif tag and report.verdict is not Verdict.NOTHING:
            await self._bounce(tag, report)
        return report.verdict

    async def _leaves(self, tag: str) -> str | None:
        token = raised(tag.removeprefix(LEAVE))
        try:
            await self._mailing.boxes.leaving(token)
        except BadToken:
            return None
        return token

    async def _row(self, tag: str) -> tuple[int, int] | None:
        """The row of the outbox and the subscriber whose mail came back; None for a token that is not ours."""
        try:
            claim = self._mailing.tokens.read(raised(tag), Purpose.BOUNCE)
            query = select(outbox.c.id, subscribers.c.id, subscribers.c.address).join(
                subscribers, subscribers.c.id == outbox.c.subscriber_id
            )
            async with self._database.read() as connection:
                row = (await connection.execute(query.where(outbox.c.id == claim.number))).one_or_none()
            if row is None:
                return None
            self._mailing.tokens.check(claim, row[2], now=self._clock())
        except BadToken:
            return None
        return row[0], row[1]

    async def _bounce(self, tag: str, report: Report) -> None:
        known = await self._row(tag)
        if known is None:
            return
        outbox_id, subscriber_id = known
        words = f"email: bounced: {report.status} {report.words}".strip()
        log.info("a mail bounced", outbox_id=outbox_id, status=report.status, final=report.verdict is Verdict.GONE)
        if report.verdict is Verdict.GONE:
            await self._subscriptions.unreachable(subscriber_id, words)
            return
        soft = update(mail_settings).where(mail_settings.c.subscriber_id == subscriber_id)
        async with self._database.write() as connection:
            await connection.execute(soft.values(soft_bounces=mail_settings.c.soft_bounces + 1))

    async def _complaint(self, report: Report) -> None:
        """Whoever calls our mail spam gets no more of it."""
        try:
            left = await self._mailing.boxes.leave(report.leave)
        except BadToken:
            log.warning("a complaint about a mail that is not known", list=LIST)
            return
        why = update(subscribers).where(subscribers.c.id == left.subscriber_id, subscribers.c.state == Standing.STOPPED)
        async with self._database.write() as connection:
            await connection.execute(why.values(state_reason=f"complained: {report.words}"))
        log.warning("somebody complained of our mail", subscriber=left.subscriber_id)


def _tag(recipient: str) -> str:
    """What stands behind the + of an address, where case does not count."""
    return recipient.rpartition("@")[0].partition("+")[2].lower()
