"""From a row of the outbox to the mail that goes out: a digest, or a letter with a link."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from alerts.channels.email.bounces import LEAVE, bounce_address, lowered
from alerts.channels.email.mail import ListLinks, Mail
from alerts.filters import sentence
from alerts.i18n import translator
from alerts.mail.address import shown
from alerts.mail.boxes import LIST
from alerts.mail.digests import Digests
from alerts.mail.mailing import Mailing
from alerts.mail.tables import Frequency
from alerts.outbox import Event, Owed
from alerts.public_pages import PublicPages
from alerts.render.digest import DigestRenderer, Links
from alerts.render.digest.layout import email_template, inlined
from alerts.render.digest.sheet import attachment
from alerts.render.sentences import Sentences
from watchers.rules import Rules
from watchers.store import Store

__all__ = ["Posting", "Sender"]


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who mails are from. `domain` stands in Message-IDs; `bounces`: the address that bounces come back to, or ''."""

    domain: str
    bounces: str = ""
    contact: str = ""


class Posting:
    """Makes the mail of an owed row. `prepare` for a batch, then `render` for each of it."""

    def __init__(  # noqa: PLR0917 - its parts, wired in one place
        self,
        store: Store,
        mailing: Mailing,
        public: PublicPages,
        sender: Sender,
        clock: Callable[[], datetime],
        rules: Rules | None = None,
    ) -> None:
        self._mailing = mailing
        self._public = public
        self._sender = sender
        self._clock = clock
        self._digests = Digests(store, clock)
        self._sentences = Sentences()
        self._renderer = DigestRenderer(rules, self._sentences)

    async def prepare(self, batch: Sequence[Owed]) -> None:
        """Read what the digests among these tell of."""
        await self._digests.prepare(batch)

    async def render(self, owed: Owed) -> Mail:
        """The mail of a row. Raises LookupError where what it is about is gone."""
        kind, _, about = owed.event.partition(":")
        if kind == Event.DIGEST:
            return await self._digest(owed)
        if kind == Event.CONFIRM:
            return await self._confirm(owed, int(about))
        if kind == Event.MANAGE:
            return self._manage(owed)
        raise LookupError(f"no mail is made of {owed.event}")

    def _return_path(self, owed: Owed) -> str:
        if not self._sender.bounces:
            return ""
        return bounce_address(self._sender.bounces, self._mailing.tokens, owed.id, owed.address, self._clock())

    async def _digest(self, owed: Owed) -> Mail:
        kept = await self._digests.edition(owed)
        leave = self._mailing.boxes.leave_token(owed.subscriber_id, owed.address)
        links = Links(
            manage=self._public.token("manage", self._mailing.boxes.manage_token(owed.subscriber_id, owed.address)),
            leave=self._public.token("unsubscribe", leave),
            public=self._public,
        )
        edition = msgspec.structs.replace(kept.edition, links=links)
        page = self._renderer.render(edition)
        file = attachment(edition, kept.attach, self._sentences)
        return Mail(
            html=page.html, subject=page.subject, text=page.text, language=owed.language,
            message_id=f"{LIST}.{kept.run_id}.{owed.subscriber_id}@{self._sender.domain}", date=kept.made_at,
            return_path=self._return_path(owed), links=self._list(links, leave),
            feedback_id=f"{edition.run_date:%Y%m%d}:{'weekly' if edition.weekly else 'daily'}:{LIST}:baqylau",
            attachments=(file,) if file else (),
        )  # fmt: skip

    def _list(self, links: Links, leave: str) -> ListLinks:
        by_mail = ""
        if self._sender.bounces:
            local, _, domain = self._sender.bounces.partition("@")
            by_mail = f"{local}+{LEAVE}{lowered(leave)}@{domain}"
        contact = self._sender.contact
        return ListLinks(
            name=LIST, title="Baqylau digests", leave=links.leave, leave_by_mail=by_mail, settings=links.manage,
            subscribe=self._public.at("/subscribe"), archive=self._public.search(),
            owner=f"mailto:{contact}" if "@" in contact and "://" not in contact else contact,
        )  # fmt: skip

    async def _confirm(self, owed: Owed, ask_id: int) -> Mail:
        ask = await self._mailing.asks.find(ask_id)
        if ask is None:
            raise LookupError(f"ask {ask_id} is gone")
        language = ask.language
        _ = translator(language).gettext
        values = {
            "subject": _("Confirm that you want digests of public tenders"),
            "address": shown(ask.address),
            "link": self._public.token("confirm", self._mailing.asks.token_of(ask)),
            "filters": [sentence(one, language) for one in ask.criteria],
            "shared": ask.chat_id is not None,
            "weekly": ask.frequency is Frequency.WEEKLY,
        }
        return self._letter(owed, "confirm", language, values, f"confirm.{ask.id}.{owed.id}")

    def _manage(self, owed: Owed) -> Mail:
        _ = translator(owed.language).gettext
        token = self._mailing.boxes.manage_token(owed.subscriber_id, owed.address)
        values = {
            "subject": _("Your link to filters and settings"),
            "address": shown(owed.address),
            "link": self._public.token("manage", token),
        }
        return self._letter(owed, "manage", owed.language, values, f"manage.{owed.id}")

    def _letter(self, owed: Owed, name: str, language: str, values: Mapping[str, object], id_: str) -> Mail:
        values = {"language": language, **values}
        return Mail(
            html=inlined(email_template(f"{name}.html", language).render(values)),
            text=email_template(f"{name}.txt", language).render(values).strip() + "\n",
            subject=str(values["subject"]), language=language, message_id=f"{id_}@{self._sender.domain}",
            date=self._clock(), return_path=self._return_path(owed),
        )  # fmt: skip
