"""Receipt codes: 16 digits in 4 groups, known to the tipper alone.

Digits, because a found note with them looks like a telephone or card number. The server keeps half of an Argon2id of
the code, to find the tip by; the other half is the key of the tip's own private key, so that what monitors say to the
tipper can be read with the code only. The salt is one for all codes (a tip is found by its code), made once and kept in
the database; 10**16 codes at the price of Argon2id keep a thief of the database busy for ever.
"""

from __future__ import annotations

import re
import secrets

import msgspec
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

__all__ = [
    "DIGITS", "Locker", "Opened", "digits_of", "grouped", "new_code", "read_with", "seal_to", "stretch", "unlock_with",
]  # fmt: skip

DIGITS = 16
OPERATIONS = 3
MEMORY = 64 * 1024 * 1024


class Opened(msgspec.Struct, frozen=True):
    """What Argon2id made of a code: `mark` finds the tip, `key` opens its private key."""

    mark: str
    key: bytes


class Locker(msgspec.Struct, frozen=True):
    """A tip's own key pair: `public` is sealed to, `private` lies under the code's key."""

    public: bytes
    private: bytes

    @classmethod
    def make(cls, code: Opened) -> tuple[Locker, bytes]:
        """A new pair, and its private half in the clear."""
        key = PrivateKey.generate()
        return cls.again(bytes(key), code), bytes(key)

    @classmethod
    def again(cls, private: bytes, code: Opened) -> Locker:
        """The same pair under another code."""
        return cls(bytes(PrivateKey(private).public_key), bytes(SecretBox(code.key).encrypt(private)))


def new_code() -> str:
    """16 random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def grouped(code: str) -> str:
    """As people read it: "1234 5678 9012 3456"."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def digits_of(text: str) -> str:
    """The code in what somebody typed, whatever stands between its digits; "" where there is none."""
    kept = re.sub(r"[\s.\-–—_]", "", text)
    return kept if re.fullmatch(r"[0-9]{16}", kept) else ""


def stretch(code: str, salt: bytes) -> Opened:
    """Argon2id of a code: about a tenth of a second and 64 MB. Run it in a thread."""
    raw = argon2id.kdf(64, code.encode(), salt[: argon2id.SALTBYTES], opslimit=OPERATIONS, memlimit=MEMORY)
    return Opened(raw[:32].hex(), raw[32:])


def unlock_with(key: bytes, private: bytes) -> bytes | None:
    """The private half of a locker; None for a wrong key."""
    try:
        return bytes(SecretBox(key).decrypt(private))
    except CryptoError:
        return None


def seal_to(public: bytes, words: str) -> bytes:
    """What monitors say, for whoever has the code."""
    return bytes(SealedBox(PublicKey(public)).encrypt(words.encode()))


def read_with(private: bytes, sealed: bytes) -> str:
    """What monitors said."""
    return SealedBox(PrivateKey(private)).decrypt(sealed).decode()
