"""Key pairs of key holders: made here, kept in a file that a passphrase protects, never on the server."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
from nacl import utils
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from bot.tips.sealing import Recipient

__all__ = ["KeyFileError", "SecretKey", "make_key", "read_key", "write_key"]

FORMAT = "baqylau-key-1"
SHORTEST_PASSPHRASE = 12
_MOST_MEMORY = 1024 * 1024 * 1024


class KeyFileError(Exception):
    """A key file cannot be used, or its passphrase is wrong. The sentence says what to do."""


class SecretKey(msgspec.Struct, frozen=True):
    """The half that opens tips, and the public half beside it."""

    raw: bytes
    recipient: Recipient

    def __repr__(self) -> str:
        return f"SecretKey({self.recipient.fingerprint})"


def make_key() -> SecretKey:
    """A new pair."""
    key = PrivateKey.generate()
    return SecretKey(bytes(key), Recipient.read(base64.b64encode(bytes(key.public_key)).decode()))


def write_key(key: SecretKey, passphrase: str, *, memory: int = argon2id.MEMLIMIT_SENSITIVE // 4) -> str:
    """The key file's text: the secret half in a secretbox under the Argon2id of the passphrase.

    Raises KeyFileError for a passphrase of fewer than 12 characters.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise KeyFileError(
            f"tips: the passphrase has {len(passphrase)} characters: take at least {SHORTEST_PASSPHRASE}, "
            "best five random words"
        )
    salt, operations = utils.random(argon2id.SALTBYTES), argon2id.OPSLIMIT_SENSITIVE
    box = SecretBox(argon2id.kdf(32, passphrase.encode(), salt, opslimit=operations, memlimit=memory))
    return msgspec.json.format(
        msgspec.json.encode(
            {
                "format": FORMAT,
                "public": key.recipient.text,
                "fingerprint": key.recipient.fingerprint,
                "argon2id": {"salt": _text(salt), "operations": operations, "memory": memory},
                "secretbox": _text(bytes(box.encrypt(key.raw))),
            }
        )
    ).decode()


def read_key(text: str, passphrase: str) -> SecretKey:
    """Back from a key file's text. Raises KeyFileError: no key file, or the passphrase is not the one."""
    try:
        read: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
        cost = read["argon2id"]
        operations, memory = int(cost["operations"]), min(int(cost["memory"]), _MOST_MEMORY)
        if read["format"] != FORMAT:
            raise KeyFileError(f"tips: the key file is of the format {read['format']!r}: this version reads {FORMAT}")
        salt, box = _raw(cost["salt"]), _raw(read["secretbox"])
        key = argon2id.kdf(32, passphrase.encode(), salt, opslimit=operations, memlimit=memory)
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
        raise KeyFileError("tips: this is no key file: name the one that baqylau tips keygen wrote") from error
    try:
        raw = SecretBox(key).decrypt(box)
    except CryptoError:
        raise KeyFileError("tips: the passphrase does not open this key: type it again") from None
    return SecretKey(raw, Recipient.read(_text(bytes(PrivateKey(raw).public_key))))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
