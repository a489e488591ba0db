"""Reading an opened tip: on a terminal, files into a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from bot.tips.bundle import BadBundle, read_bundle
from bot.tips.keyholder.keys import KeyFileError, read_key
from bot.tips.keyholder.opener import CannotOpen, Told, open_bundle

__all__ = ["ReaderError", "printable", "read_tip"]


class ReaderError(Exception):
    """A tip cannot be read here. The sentence says why and what to do."""


def opened(tip: Path, key: Path, passphrase: Callable[[], str]) -> tuple[str, list[Told]]:
    """The name of a tip and its parts. Raises ReaderError."""
    try:
        bundle = read_bundle(tip.read_bytes())
        secret = read_key(key.read_text(encoding="utf-8"), passphrase())
        return bundle.ref, open_bundle(bundle, secret)
    except (BadBundle, KeyFileError, CannotOpen) as error:
        raise ReaderError(str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ReaderError(f"tips: a file cannot be read ({error}): name another") from error


def read_tip(tip: Path, key: Path, passphrase: Callable[[], str], stream: TextIO, out: Path | None) -> None:
    """Print a tip. Raises ReaderError."""
    ref, parts = opened(tip, key, passphrase)
    stream.write(f"{ref}\n")
    for number, part in enumerate(parts, 1):
        notes = [name for name in ("forwarded", "edited") if part.header.get(name)]
        kind = str(part.header.get("kind", "text"))
        stream.write(f"\n[{number}] {printable(', '.join([kind, *notes]))}\n{printable(part.text)}\n")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)


def printable(text: str) -> str:
    """Without what would steer a terminal or turn the direction of writing: a tip is written by a stranger."""
    return "".join(one if one in "\t\n" or _harmless(one) else "\N{REPLACEMENT CHARACTER}" for one in text)


def _harmless(one: str) -> bool:
    return one.isprintable() and one not in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
