"""From a flagged tender to the words people read: the card, the answer to "Why?", the list of the perhaps missed."""

from alerts.render.card import TenderCard
from alerts.render.renderer import Renderer
from alerts.render.sentences import finding_text

__all__ = ["Renderer", "TenderCard", "finding_text"]
