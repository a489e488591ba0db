"""What the buttons of a tender's card send back, beside *Why?* and *Mute…*."""

from __future__ import annotations

from aiogram.filters.callback_data import CallbackData

from alerts.opinions import Verdict

__all__ = ["Follow", "OpenTender", "ShowCard", "TurnFollowed", "Vote"]


class ShowCard(CallbackData, prefix="card"):
    """Back to the card, in the message that was pressed."""

    tender: int


class OpenTender(CallbackData, prefix="tender"):
    """The card of one tender of a list, below the list."""

    tender: int


class Follow(CallbackData, prefix="follow"):
    """Follow a tender, or no more: says the state it wants, so that two taps at once do no more than one."""

    tender: int
    on: bool


class TurnFollowed(CallbackData, prefix="followed"):
    """A page of what is followed."""

    page: int


class Vote(CallbackData, prefix="vote"):
    """What somebody thinks of a flag; without its code, which one is asked first where there are several.

    `why`: pressed under the answer to "Why?", which then stays.
    """

    tender: int
    verdict: Verdict
    flag: str = ""
    why: bool = False
