"""The public addresses of our pages: the one place that knows how they are written, for messages, mails and pages.

An address is permanent: people cite it. `/t/12` is a tender as it stands now, `/t/12/3` its third snapshot for good.
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

__all__ = ["PublicPages"]


class PublicPages(msgspec.Struct, frozen=True):
    """Addresses below `public_url` (of the configuration, without a slash at its end).

    Every method returns '' while no public address is configured: there is no page to lead to.
    """

    public_url: str = ""

    def at(self, path: str) -> str:
        """Any of our pages by its path, which starts with a slash."""
        return f"{self.public_url}{path}" if self.public_url else ""

    def tender(self, tender_id: int, language: str = "") -> str:
        """The evidence page of a tender, in a language where one is named, else in the reader's."""
        return self.at(f"/{language}/t/{tender_id}" if language else f"/t/{tender_id}")

    def snapshot(self, tender_id: int, sequence: int) -> str:
        """The evidence page of one snapshot of it: what it says never changes."""
        return self.at(f"/t/{tender_id}/{sequence}")

    def buyer(self, buyer_id: str) -> str:
        """The page of a buyer (SCHEME-id)."""
        return self.at(f"/b/{quote(buyer_id, safe='')}")

    def search(self, query: str = "", language: str = "") -> str:
        """The index, by a filter where a query (`alerts.filters.written`, encoded) says one."""
        return self.at(f"/{language}{f'?{query}' if query else ''}")

    def token(self, action: str, token: str) -> str:
        """A page that a signed link leads to: `action` is confirm, unsubscribe or manage."""
        return self.at(f"/{action}/{quote(token, safe='')}")
