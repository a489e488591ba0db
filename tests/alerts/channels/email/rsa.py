"""An RSA key of the tests' own, made anew each time: nothing secret lies in the repository."""

from __future__ import annotations

import base64
import random
from functools import cache


def _prime(bits: int, dice: random.Random) -> int:
    while True:
        candidate = dice.getrandbits(bits) | 1 | 3 << (bits - 2)
        if candidate % 65537 != 1 and all(pow(base, candidate - 1, candidate) == 1 for base in (2, 3, 5, 7)):
            return candidate


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    head = (
        bytes([size]) if size < 128 else (b"\x81" + bytes([size]) if size < 256 else b"\x82" + size.to_bytes(2, "big"))
    )
    return bytes([tag]) + head + content


def _integer(value: int) -> bytes:
    return _der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


@cache
def dkim_key(bits: int = 1024) -> tuple[bytes, str]:
    """The private key as PEM, and the `p=` of its DNS record."""
    dice = random.Random(7)
    p, q = _prime(bits // 2, dice), _prime(bits // 2, dice)
    n, e = p * q, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = (0, n, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
    private = base64.encodebytes(_der(0x30, b"".join(map(_integer, numbers)))).decode()
    rsa = _der(0x30, _integer(n) + _integer(e))
    algorithm = _der(0x30, bytes.fromhex("06092a864886f70d0101010500"))
    public = _der(0x30, algorithm + _der(3, b"\x00" + rsa))
    pem = f"-----BEGIN RSA PRIVATE KEY-----\n{private}-----END RSA PRIVATE KEY-----\n"
    return pem.encode(), base64.b64encode(public).decode()
