"""`/subscribe`: ask for a digest from the web, with every filter and without an account; `/confirm/<token>` says yes.

Asking tells nothing about an address: whether it is known, confirmed or refused, the answer is one and the same page.
Opening a link changes nothing (mail scanners open every link); the button on the page does.
"""

from __future__ import annotations

from aiohttp import web

from alerts.filters import BadFilter, sentence
from alerts.i18n import LANGUAGES
from alerts.mail.address import BadAddress, shown
from alerts.mail.ask import Asked
from alerts.mail.tables import Frequency
from alerts.mail.tokens import BadToken, ExpiredToken
from alerts.render.sentences import Sentences
from bot.web.facts import theirs
from bot.web.filter_form import Sent, fields, named, read_form
from bot.web.forms import Taps, form_of, same_site
from bot.web.mailroom import TOKEN, Mailroom
from bot.web.site import Page, Site
from watchers.store import Store

__all__ = ["Subscribing"]

_BURST, _SECONDS = 10, 180.0


class Subscribing:
    """Answers for those who want mail."""

    def __init__(
        self,
        site: Site,
        store: Store,
        mailroom: Mailroom,
        *,
        sentences: Sentences | None = None,
        taps: Taps | None = None,
    ) -> None:
        self._site = site
        self._store = store
        self._mail = mailroom
        self._sentences = sentences or Sentences()
        self._taps = taps or Taps(_BURST, _SECONDS)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Asking, and confirming."""
        return [
            *self._site.get("/subscribe", self.form),
            *self._site.post("/subscribe", self.ask),
            *self._site.get("/subscribed", self.asked),
            *self._site.get(f"/confirm/{TOKEN}", self.look),
            *self._site.post(f"/confirm/{TOKEN}", self.confirm),
        ]

    async def form(self, page: Page) -> web.StreamResponse:
        """The form, filled in with the filter of the address."""
        return await self._form(page, await read_form(page.request.query, self._store))

    async def _form(
        self, page: Page, sent: Sent, *, address: str = "", bad_address: bool = False, weekly: bool = False
    ) -> web.StreamResponse:
        status = 422 if bad_address or sent.wrong else 200
        return page.render(
            "subscribe",
            cache="no-store",
            status=status if self._mail.enabled else 404,
            enabled=self._mail.enabled,
            fields=fields(sent, page.language, self._sentences),
            said=await self._said(sent, page.language),
            wrong=bool(sent.wrong),
            address=address,
            bad_address=bad_address,
            weekly=weekly,
        )

    async def _said(self, sent: Sent, language: str) -> str:
        names = await named(sent.criteria, self._store, self._sentences, language)
        return theirs(sentence(sent.criteria, language, names), 400)

    async def ask(self, page: Page) -> web.StreamResponse:
        """Owe the letter that asks the mailbox; always the same answer for whatever is an address."""
        if not self._mail.enabled:
            raise web.HTTPNotFound
        same_site(page.request)
        self._taps.take(page.request)
        form = await form_of(page.request)
        sent = await read_form(form, self._store)
        address, language = form.get("email", "")[:320], form.get("language", "")
        weekly = form.get("frequency") == Frequency.WEEKLY
        if sent.wrong:
            return await self._form(page, sent, address=address, weekly=weekly)
        mailing = await self._mail.mailing()
        try:
            await mailing.asks.ask(
                address,
                language=language if language in LANGUAGES else page.language,
                criteria=[sent.criteria],
                frequency=Frequency.WEEKLY if weekly else Frequency.DAILY,
                all_quiet=form.get("all_quiet") == "1",
            )
        except (BadAddress, BadFilter):
            return await self._form(page, sent, address=address, bad_address=True, weekly=weekly)
        raise web.HTTPSeeOther(page.link("/subscribed"))

    async def asked(self, page: Page) -> web.StreamResponse:
        """What happens next, for whoever asked."""
        return page.render("subscribed", cache="no-store")

    async def look(self, page: Page) -> web.StreamResponse:
        """What the button would confirm."""
        mailing = await self._mail.mailing()
        try:
            ask = await mailing.asks.look(page.request.match_info["token"])
        except BadToken as error:
            return self._mail.refused(page, expired=isinstance(error, ExpiredToken))
        return await self._answer(page, ask, done=False)

    async def confirm(self, page: Page) -> web.StreamResponse:
        """The mailbox wants it."""
        mailing = await self._mail.mailing()
        try:
            confirmed = await mailing.asks.confirm(page.request.match_info["token"])
        except BadToken as error:
            return self._mail.refused(page, expired=isinstance(error, ExpiredToken))
        return await self._answer(page, confirmed.ask, done=True, left_out=confirmed.left_out)

    async def _answer(self, page: Page, ask: Asked, *, done: bool, left_out: int = 0) -> web.StreamResponse:
        page.prefer(ask.language)
        mailing = await self._mail.mailing()
        said = []
        for criteria in ask.criteria:
            names = await named(criteria, self._store, self._sentences, page.language)
            said.append(theirs(sentence(criteria, page.language, names), 400))
        settled = done or ask.confirmed
        manage = mailing.boxes.manage_token(ask.subscriber_id, ask.address) if done else ""
        return page.render(
            "confirm",
            cache="no-store",
            done=settled,
            address=shown(ask.address),
            said=said,
            shared=ask.chat_id is not None,
            weekly=ask.frequency is Frequency.WEEKLY,
            left_out=left_out,
            action=page.request.path,
            manage=page.link(f"/manage/{manage}") if manage else "",
        )
