"""Signing mails with DKIM (RFC 6376, RFC 8301): relaxed in headers and body, RSA with SHA-256.

The arithmetic is OpenSSL's: twenty times as fast as Python's own numbers, and other threads work meanwhile. The tests
have every signature read by dkimpy, which shares nothing with this.
"""

from __future__ import annotations

import hashlib
import re
import time
from base64 import b64encode
from collections.abc import Iterable
from functools import cache

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

__all__ = ["BadKey", "DkimKey"]

_LINE = 72  # letters in a line of the signature's header
_LEAST = 1024  # bits that a verifier takes (RFC 8301)


class BadKey(ValueError):  # noqa: N818 - as BadFilter
    """The private key cannot sign. Raised by `DkimKey.check`, `DkimKey.public`."""


class DkimKey(msgspec.Struct, frozen=True):
    """A key to sign with: RSA, PEM. Its public half stands in the DNS at `selector._domainkey.domain`."""

    pem: bytes
    selector: str
    domain: str

    def sign(self, message: bytes, headers: Iterable[str]) -> bytes:
        """The DKIM-Signature header of a message with CRLF line ends, with its own line end.

        `headers` are those to cover, in the order in which they stand in the message, each of which stands there once.
        """
        head, _, body = message.partition(b"\r\n\r\n")
        stands = _canonical_headers(head)
        covered = [name for one in headers if (name := one.encode().lower()) in stands]
        body_hash = b64encode(hashlib.sha256(_canonical_body(body)).digest())
        names = b":".join([*covered, b"from"])  # twice: a second From breaks the signature
        unsigned = b"DKIM-Signature: " + b";\r\n ".join(
            [
                b"v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s" % self.domain.encode("idna"),
                b"s=%s; t=%d" % (self.selector.encode(), time.time()),
                b"h=" + _folded(names, b":"),
                b"bh=" + body_hash,
                b"b=",
            ]
        )
        ((_, own),) = _canonical_headers(unsigned).items()
        said = b"".join(stands[name] + b"\r\n" for name in covered) + own
        signature = b64encode(_loaded(self.pem).sign(said, PKCS1v15(), SHA256()))
        lines = (signature[at : at + _LINE] for at in range(0, len(signature), _LINE))
        return unsigned + b"\r\n ".join(lines) + b"\r\n"

    def check(self) -> None:
        """Raises BadKey where the key is none."""
        self.public()

    def public(self) -> str:
        """The `p=` of its record in the DNS. Raises BadKey."""
        try:
            key = _loaded(self.pem).public_key()
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise BadKey(f"email: the DKIM key cannot sign ({error}): give an RSA key in PEM") from None
        return b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@cache
def _loaded(pem: bytes) -> RSAPrivateKey:
    """The key, read and checked once. Raises ValueError, TypeError (a password), UnsupportedAlgorithm."""
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("it is of another kind")  # noqa: TRY004 - of its content, not of our call
    if key.key_size < _LEAST:
        raise ValueError(f"{key.key_size} bits are too few")
    return key


def _canonical_headers(head: bytes) -> dict[bytes, bytes]:
    """By its name in small letters: each header as the signature sees it (RFC 6376 §3.4.2), without its line end."""
    found = {}
    for line in re.sub(rb"\r\n([ \t])", rb"\1", head).split(b"\r\n"):
        name, _, value = line.partition(b":")
        name = name.rstrip(b" \t").lower()
        found[name] = name + b":" + re.sub(rb"[ \t]+", b" ", value).strip(b" ")
    return found


def _canonical_body(body: bytes) -> bytes:
    """The body as the signature sees it (RFC 6376 §3.4.4)."""
    if b"  " in body or b"\t" in body or b" \r\n" in body:
        body = re.sub(rb"[ \t]+", b" ", body).replace(b" \r\n", b"\r\n")
    while body.endswith(b"\r\n\r\n") or body == b"\r\n":
        body = body[:-2]
    return body if not body or body.endswith(b"\r\n") else body + b"\r\n"


def _folded(text: bytes, mark: bytes) -> bytes:
    """A list in lines that are not too long, broken behind its marks."""
    lines, line = [], b""
    for part in text.split(mark):
        if line and len(line) + len(part) >= _LINE:
            lines.append(line)
            line = b""
        line += part + mark
    return b"\r\n ".join([*lines, line.removesuffix(mark)])
