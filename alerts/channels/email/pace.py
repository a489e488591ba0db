"""The pace of mail: one for all, and a slower one for each provider, by the domain of the address."""

from __future__ import annotations

from alerts.mail.address import domain_of
from alerts.pace import Pace, Pacer

__all__ = ["DomainPacer", "mail_pace"]


def mail_pace(per_second: float, domain_seconds: float) -> Pace:
    """So many mails a second in all, and at least so many seconds between two to one domain."""
    return Pace(per_second=per_second, reserved_per_second=0.0, chat_seconds=domain_seconds, group_seconds=0.0)


class DomainPacer(Pacer):
    """Gives turns by domain: who is held for an address, is held for its provider."""

    async def turn(self, chat: str, *, first: bool = False, patience: float | None = None) -> bool:
        """As `Pacer.turn`, for the domain of an address."""
        return await super().turn(domain_of(chat), first=first, patience=patience)

    def hold(self, seconds: float, chat: str | None = None) -> None:
        """As `Pacer.hold`."""
        super().hold(seconds, None if chat is None else domain_of(chat))

    def wait_of(self, chat: str | None = None) -> float:
        """As `Pacer.wait_of`."""
        return super().wait_of(None if chat is None else domain_of(chat))
