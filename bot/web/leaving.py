"""`/unsubscribe/<token>`: leave by one click (RFC 8058); `/manage/<token>`: see and change what one gets.

A GET shows a page and changes nothing. A POST to the link in a mail's header leaves at once, whoever sends it with
whatever body, without a cookie and without a redirect: the token alone says for whom. Coming back has an address of
its own, so that no mail provider's click can mean it.
"""

from __future__ import annotations

from aiohttp import web
from multidict import MultiDict

from alerts.filters import sentence
from alerts.i18n import LANGUAGES
from alerts.mail.address import BadAddress, shown
from alerts.mail.boxes import Box, Leaving
from alerts.mail.mailing import Mailing
from alerts.mail.tables import Attach, Frequency
from alerts.mail.tokens import BadToken, ExpiredToken
from alerts.render.sentences import Sentences
from alerts.subscriptions import Subscription, Subscriptions, UnknownFilter
from alerts.tables import Standing
from bot.web.facts import theirs
from bot.web.filter_form import named
from bot.web.forms import Taps, form_of, same_site
from bot.web.mailroom import TOKEN, Mailroom
from bot.web.site import Page, Site
from watchers.store import Store

__all__ = ["Leave", "Manage"]

_BURST, _SECONDS = 10, 180.0


class Leave:
    """Answers at the links by which mail is left."""

    def __init__(self, site: Site, mailroom: Mailroom) -> None:
        self._site = site
        self._mail = mailroom

    def routes(self) -> list[web.AbstractRouteDef]:
        """Looking, leaving, coming back."""
        return [
            *self._site.get(f"/unsubscribe/{TOKEN}", self.look),
            *self._site.post(f"/unsubscribe/{TOKEN}", self.leave),
            *self._site.post(f"/unsubscribe/{TOKEN}/undo", self.undo),
        ]

    async def look(self, page: Page) -> web.StreamResponse:
        """The page with the button; nothing changes."""
        mailing = await self._mail.mailing()
        try:
            return self._answer(page, await mailing.boxes.leaving(page.request.match_info["token"]))
        except BadToken:
            return self._mail.refused(page, expired=False)

    async def leave(self, page: Page) -> web.StreamResponse:
        """No more digests."""
        mailing = await self._mail.mailing()
        try:
            return self._answer(page, await mailing.boxes.leave(page.request.match_info["token"]), left=True)
        except BadToken:
            return self._mail.refused(page, expired=False)

    async def undo(self, page: Page) -> web.StreamResponse:
        """It was a mistake."""
        same_site(page.request)
        mailing = await self._mail.mailing()
        try:
            return self._answer(page, await mailing.boxes.rejoin(page.request.match_info["token"]), back=True)
        except BadToken:
            return self._mail.refused(page, expired=False)

    def _answer(self, page: Page, found: Leaving, *, left: bool = False, back: bool = False) -> web.StreamResponse:
        page.prefer(found.language)
        path = f"/unsubscribe/{page.request.match_info['token']}"
        return page.render(
            "unsubscribe",
            cache="no-store",
            address=shown(found.address),
            active=found.active,
            left=left,
            back=back and found.active,
            action=page.link(path),
            undo=page.link(f"{path}/undo"),
        )


class Manage:
    """Answers at the links by which what is mailed is changed."""

    def __init__(
        self,
        site: Site,
        store: Store,
        mailroom: Mailroom,
        subscriptions: Subscriptions,
        *,
        sentences: Sentences | None = None,
        taps: Taps | None = None,
    ) -> None:
        self._site = site
        self._store = store
        self._mail = mailroom
        self._subscriptions = subscriptions
        self._sentences = sentences or Sentences()
        self._taps = taps or Taps(_BURST, _SECONDS)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Asking for the link, and what it opens."""
        return [
            *self._site.get("/manage", self.form),
            *self._site.post("/manage", self.ask),
            *self._site.get(f"/manage/{TOKEN}", self.look),
            *self._site.post(f"/manage/{TOKEN}", self.change),
        ]

    async def form(self, page: Page) -> web.StreamResponse:
        """Where somebody without a mail at hand asks for the link."""
        return page.render("manage_ask", cache="no-store", sent=False, address="", bad_address=False)

    async def ask(self, page: Page) -> web.StreamResponse:
        """Send the link to an address that gets digests; the same answer for any other."""
        same_site(page.request)
        self._taps.take(page.request)
        form = await form_of(page.request)
        address = form.get("email", "")[:320]
        mailing = await self._mail.mailing()
        try:
            await mailing.boxes.ask_link(address)
        except BadAddress:
            return page.render(
                "manage_ask", status=422, cache="no-store", sent=False, address=address, bad_address=True
            )  # fmt: skip
        return page.render("manage_ask", cache="no-store", sent=True, address="", bad_address=False)

    async def look(self, page: Page) -> web.StreamResponse:
        """All that an address gets and chose."""
        mailing = await self._mail.mailing()
        try:
            subscriber_id = await mailing.boxes.box_of(page.request.match_info["token"])
            return await self._answer(page, mailing, subscriber_id)
        except (BadToken, LookupError) as error:
            return self._mail.refused(page, expired=isinstance(error, ExpiredToken))

    async def change(self, page: Page) -> web.StreamResponse:
        """One change; then the page as it is now."""
        same_site(page.request)
        mailing = await self._mail.mailing()
        try:
            subscriber_id = await mailing.boxes.box_of(page.request.match_info["token"])
            await mailing.boxes.view(subscriber_id)
        except (BadToken, LookupError) as error:
            return self._mail.refused(page, expired=isinstance(error, ExpiredToken))
        form = await form_of(page.request)
        if "drop" in form:
            await self._drop(subscriber_id, form["drop"])
        else:
            await _settle(mailing, subscriber_id, form)
        raise web.HTTPSeeOther(page.request.path)

    async def _drop(self, subscriber_id: int, number: str) -> None:
        """Put a filter of this address away; another's, or one that is gone, is none of theirs."""
        if not number.isascii() or not number.isdigit() or len(number) > 18:
            raise web.HTTPBadRequest
        try:
            await self._subscriptions.delete(subscriber_id, int(number))
        except UnknownFilter:
            raise web.HTTPNotFound from None

    async def _answer(self, page: Page, mailing: Mailing, subscriber_id: int) -> web.StreamResponse:
        box = await mailing.boxes.view(subscriber_id)
        page.prefer(box.language)
        leave = mailing.boxes.leave_token(box.subscriber_id, box.address)
        return page.render(
            "manage",
            cache="no-store",
            box=box,
            address=shown(box.address),
            active=box.standing is Standing.ACTIVE,
            own=[(one.id, await self._said(one, page.language)) for one in box.filters],
            shared=await self._shared(box, page.language),
            action=page.request.path,
            leave=page.link(f"/unsubscribe/{leave}"),
            frequencies=[one.value for one in Frequency],
            attachments=[one.value for one in Attach],
        )

    async def _shared(self, box: Box, language: str) -> list[str]:
        return [await self._said(one, language) for chat in box.chats for one in chat.filters]

    async def _said(self, subscription: Subscription, language: str) -> str:
        names = await named(subscription.criteria, self._store, self._sentences, language)
        return theirs(sentence(subscription.criteria, language, names), 400)


async def _settle(mailing: Mailing, subscriber_id: int, form: MultiDict[str]) -> None:
    """What the form of settings says; values that are none of ours change nothing."""
    box = await mailing.boxes.view(subscriber_id)
    frequency, attach, language = form.get("frequency", ""), form.get("attach", ""), form.get("language", "")
    if frequency in set(Frequency) and frequency != box.frequency:
        await mailing.boxes.set_frequency(subscriber_id, Frequency(frequency))
    if attach in set(Attach) and attach != box.attach:
        await mailing.boxes.set_attach(subscriber_id, Attach(attach))
    if language in LANGUAGES and language != box.language:
        await mailing.boxes.set_language(subscriber_id, language)
    await mailing.boxes.set_all_quiet(subscriber_id, wanted=form.get("all_quiet") == "1")
