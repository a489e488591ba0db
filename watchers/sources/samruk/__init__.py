"""Samruk-Kazyna's procurement portal (zakup.sk.kz), off unless it is switched on."""

from watchers.sources.samruk.source import Samruk, SamrukSettings

__all__ = ["Samruk", "SamrukSettings"]
