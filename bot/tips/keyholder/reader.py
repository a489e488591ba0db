"""Reading an opened tip: on a terminal, files into a folder, or as a bundle to hand over."""

from __future__ import annotations

import contextlib
import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TextIO

import msgspec

from bot.tips.bundle import BadBundle, Bundle, read_bundle, write_bundle
from bot.tips.keyholder.keys import KeyFileError, SecretKey, read_key
from bot.tips.keyholder.opener import CannotOpen, Told, open_bundle, seal_key_for
from bot.tips.keylist import PartKeys, read_key_list, write_key_list
from bot.tips.new_file import NotWritten, save_new
from bot.tips.sealing import BadKey, Recipient, SealedPart

__all__ = ["ReaderError", "add_recipient", "add_recipient_to_list", "export_tip", "printable", "read_tip"]

_EPOCH = (1980, 1, 1, 0, 0, 0)
_HOW = {"saw": "saw it", "told": "was told", "paper": "from a document"}


class ReaderError(Exception):
    """A tip cannot be read here. The sentence says why and what to do."""


def _opened(tip: Path, key: Path, passphrase: Callable[[], str]) -> tuple[Bundle, SecretKey, list[Told]]:
    """The sealed tip, the key, and its parts in the clear. Raises ReaderError."""
    try:
        bundle = read_bundle(tip.read_bytes())
        secret = read_key(key.read_text(encoding="utf-8"), passphrase())
        return bundle, secret, open_bundle(bundle, secret)
    except (BadBundle, KeyFileError, CannotOpen) as error:
        raise ReaderError(str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ReaderError(f"tips: a file cannot be read ({error}): name another") from error


def read_tip(tip: Path, key: Path, passphrase: Callable[[], str], stream: TextIO, out: Path | None) -> None:
    """Print a tip, and write its files into a folder under names of ours. Raises ReaderError."""
    bundle, _, parts = _opened(tip, key, passphrase)
    stream.write(f"{printable(bundle.ref)}\n")
    for number, part in enumerate(parts, 1):
        stream.write(f"\n[{number}] {printable(_about(part))}\n")
        if part.header.get("kind") != "file":
            stream.write(f"{printable(_words(part))}\n")
        elif out is not None:
            out.mkdir(parents=True, exist_ok=True)
            _save(out / _name(number, part), part.content)
            stream.write(f"{out / _name(number, part)}\n")
    files = sum(part.header.get("kind") == "file" for part in parts)
    if files and out is None:
        stream.write(f"\n{files} of these are files: --out FOLDER writes them.\n")
    stream.write(f"\nTo ask or answer, write /ask or /answer in the topic {printable(bundle.ref)} of the group.\n")


def _about(part: Told) -> str:
    header = part.header
    notes = [name for name in ("forwarded", "edited") if header.get(name)]
    if header.get("kind") == "file":
        notes += [str(header.get("copy", "")), str(header.get("type", "")), f"{len(part.content)} bytes"]
        notes += [f"called {header['name']}"] if header.get("name") else []
    if header.get("tender"):
        notes.append(f"begun from tender {header['tender']}")
    return ", ".join([str(header.get("kind", "text")), *notes])


def _words(part: Told) -> str:
    return _HOW.get(part.text, part.text) if part.header.get("kind") == "how" else part.text


def _name(number: int, part: Told) -> str:
    ending = str(part.header.get("ending", "bin"))
    safe = ending if ending.isalnum() and ending.isascii() and len(ending) < 6 else "bin"
    return f"{number:02}-{'original' if part.header.get('copy') == 'original' else 'copy'}.{safe}"


def _save(path: Path, content: bytes) -> None:
    try:
        save_new(path, content)
    except NotWritten as error:
        raise ReaderError(str(error)) from error


def export_tip(
    tip: Path, key: Path, passphrase: Callable[[], str], out: Path, *, today: date, originals: bool = False
) -> None:
    """Write what an authority may get: words, places, working copies, and the hash of each. Raises ReaderError.

    Only what is named here goes in: no code, no key, no time, no file name, no step of the conversation. Originals go
    in where asked for.
    """
    bundle, _, parts = _opened(tip, key, passphrase)
    chosen = [(n, part) for n, part in enumerate(parts, 1) if originals or part.header.get("copy") != "original"]
    files = [(_entry(number, part), _content(part)) for number, part in chosen]
    listed = [{"file": name, "sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)} for name, raw in files]
    manifest = {"format": "baqylau-handover-1", "ref": bundle.ref, "exported_on": today.isoformat(), "files": listed}
    _save(out, _zipped([("manifest.json", msgspec.json.format(msgspec.json.encode(manifest))), *files]))


def _entry(number: int, part: Told) -> str:
    return _name(number, part) if part.header.get("kind") == "file" else f"{number:02}-{part.header.get('kind')}.txt"


def _content(part: Told) -> bytes:
    return part.content if part.header.get("kind") == "file" else _words(part).encode()


def _zipped(files: Sequence[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files:
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), raw, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def add_recipient(tip: Path, key: Path, passphrase: Callable[[], str], public: str, out: Path) -> None:
    """Write the sealed tip so that somebody else can open it as well. Raises ReaderError."""
    bundle, secret, _ = _opened(tip, key, passphrase)
    try:
        other = Recipient.read(public)
    except BadKey as error:
        raise ReaderError(str(error)) from error
    parts = tuple(
        SealedPart(part.body, part.keys | {other.fingerprint: seal_key_for(part, secret, other)})
        for part in bundle.parts
    )
    _save(out, write_bundle(Bundle(bundle.ref, parts)))


def add_recipient_to_list(
    listed: Path, key: Path, passphrase: Callable[[], str], public: str, out: Path
) -> tuple[int, int]:
    """The same for a list of keys that the server wrote: the new key alone for each part, nothing else goes back.

    Returns for how many parts, and how many were not sealed to this key. Raises ReaderError.
    """
    try:
        parts = read_key_list(listed.read_bytes())
        secret = read_key(key.read_text(encoding="utf-8"), passphrase())
        other = Recipient.read(public)
    except (BadBundle, KeyFileError, BadKey) as error:
        raise ReaderError(str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ReaderError(f"tips: a file cannot be read ({error}): name another") from error
    made = []
    for one in parts:
        with contextlib.suppress(CannotOpen):
            sealed = seal_key_for(SealedPart(b"", one.keys), secret, other)
            made.append(PartKeys(one.part, one.body, {other.fingerprint: sealed}))
    if parts and not made:
        raise ReaderError(f"tips: none of these {len(parts)} parts was sealed to {secret.recipient.fingerprint}")
    _save(out, write_key_list(made))
    return len(made), len(parts) - len(made)


def printable(text: str) -> str:
    """Without what would steer a terminal or turn the direction of writing: a tip is written by a stranger."""
    return "".join(one if one in "\t\n" or _harmless(one) else "\N{REPLACEMENT CHARACTER}" for one in text)


def _harmless(one: str) -> bool:
    return one.isprintable() and one not in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
