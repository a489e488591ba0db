"""Who may do what with tips: the one table, and the one question asked of it."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

import msgspec

__all__ = ["RIGHTS", "Act", "Role", "Team", "may"]


class Role(StrEnum):
    """A part somebody plays. One account may play several; nobody gets the rights of another through it."""

    INTAKE = "intake"  # sorts what comes in
    REVIEWER = "reviewer"  # follows tips, asks back
    LEAD = "lead"  # hands over, holds, unites
    ADMIN = "admin"  # runs the server: sees counts, opens nothing


class Act(StrEnum):
    """Everything that is done with a tip; the audit log knows these names and no others."""

    SEND = "send"  # by the tipper
    ADD = "add"  # by the tipper
    FORGET = "forget"  # by the tipper
    LIST = "list"
    CLAIM = "claim"
    FETCH = "fetch"  # the sealed file, which only a key holder can open
    STATUS = "status"
    ASK = "ask"
    ANSWER = "answer"
    LINK = "link"
    MERGE = "merge"
    DECLINE = "decline"
    CLOSE = "close"
    HANDOVER = "handover"
    HOLD = "hold"
    BLOCK = "block"
    AUDIT = "audit"
    COUNT = "count"
    OPEN = "open"  # by a key holder, on their own machine
    EXPORT = "export"  # likewise
    ROTATE = "rotate"
    WARN = "warn"  # by the server: erasure is near
    ERASE = "erase"  # by the server


_SORT = {Act.LIST, Act.CLAIM, Act.STATUS, Act.LINK, Act.DECLINE}
_FOLLOW = _SORT | {Act.FETCH, Act.ASK, Act.ANSWER, Act.CLOSE, Act.MERGE}

RIGHTS: dict[Role, frozenset[Act]] = {
    Role.INTAKE: frozenset(_SORT),
    Role.REVIEWER: frozenset(_FOLLOW),
    Role.LEAD: frozenset(_FOLLOW | {Act.HANDOVER, Act.HOLD, Act.BLOCK, Act.AUDIT, Act.COUNT}),
    Role.ADMIN: frozenset({Act.COUNT, Act.AUDIT}),
}
"""Acts of the tipper, of key holders and of the server itself are nobody's in the group."""


class Team(msgspec.Struct, frozen=True):
    """Accounts by role, as configured."""

    intake: tuple[int, ...] = ()
    reviewers: tuple[int, ...] = ()
    leads: tuple[int, ...] = ()
    admins: tuple[int, ...] = ()

    def roles(self, account: int) -> frozenset[Role]:
        """The roles of an account; none for a stranger and for the id 0 of nobody in particular."""
        groups = {
            Role.INTAKE: self.intake,
            Role.REVIEWER: self.reviewers,
            Role.LEAD: self.leads,
            Role.ADMIN: self.admins,
        }
        return frozenset(role for role, accounts in groups.items() if account and account in accounts)


def may(roles: Collection[Role], act: Act) -> bool:
    """Whether somebody with these roles may do it."""
    return any(act in RIGHTS[role] for role in roles)
