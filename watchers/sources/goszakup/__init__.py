"""Kazakhstan's state procurement portal, read through its open interface (OWS v3)."""

from watchers.sources.goszakup.source import Goszakup

__all__ = ["Goszakup"]
