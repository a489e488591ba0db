"""The digest in words: what an edition holds becomes a subject, an HTML page, a text as good as it, and a table."""

from alerts.render.digest.edition import Doubt, Edition, Entry, Links, Week
from alerts.render.digest.page import DigestPage, DigestRenderer

__all__ = ["DigestPage", "DigestRenderer", "Doubt", "Edition", "Entry", "Links", "Week"]
