"""What the server seals opens with stock libsodium: the system's own shared library, called through ctypes.

Nothing of ours and nothing of PyNaCl takes part in the opening; the steps are those of docs/tips.md.
"""

from __future__ import annotations

import base64
import ctypes
import ctypes.util
import json
import os

import pytest

from bot.tips.bundle import Bundle, write_bundle
from bot.tips.keyholder.keys import SecretKey
from bot.tips.sealing import BadKey, padded_size, seal


@pytest.fixture(scope="module")
def sodium() -> ctypes.CDLL:
    name = ctypes.util.find_library("sodium")
    if name is None:
        sentence = "the system has no libsodium: apt-get install libsodium23"
        pytest.fail(sentence) if os.environ.get("CI") else pytest.skip(sentence)
    library = ctypes.CDLL(name)
    assert library.sodium_init() >= 0
    return library


def opened(sodium: ctypes.CDLL, part: dict, secret: bytes) -> tuple[dict, bytes]:
    public = ctypes.create_string_buffer(32)
    assert sodium.crypto_scalarmult_base(public, secret) == 0
    sealed = base64.b64decode(next(iter(part["keys"].values())))
    key = ctypes.create_string_buffer(32)
    assert sodium.crypto_box_seal_open(key, sealed, ctypes.c_ulonglong(len(sealed)), public, secret) == 0
    body = base64.b64decode(part["body"])
    nonce, box = body[:24], body[24:]
    padded = ctypes.create_string_buffer(len(box) - 16)
    assert sodium.crypto_secretbox_open_easy(padded, box, ctypes.c_ulonglong(len(box)), nonce, key.raw) == 0
    length = ctypes.c_size_t()
    size = ctypes.c_size_t(len(padded.raw))
    assert sodium.sodium_unpad(ctypes.byref(length), padded, size, size) == 0
    framed = padded.raw[: length.value]
    head = int.from_bytes(framed[:4], "big")
    return json.loads(framed[4 : 4 + head]), framed[4 + head :]


@pytest.mark.parametrize("content", [b"", "екі рет төленді".encode(), b"\x80" * 16384, os.urandom(300_000)])
def test_stock_libsodium_opens_what_was_sealed(sodium: ctypes.CDLL, key: SecretKey, content: bytes) -> None:
    sealed = seal({"kind": "file", "name": "акт.pdf"}, content, [key.recipient])
    bundle = json.loads(write_bundle(Bundle("T-AAAAAA", (sealed,))))
    header, read = opened(sodium, bundle["parts"][0], key.raw)
    assert read == content
    assert header["name"] == "акт.pdf"


def test_lengths_tell_little(key: SecretKey) -> None:
    """A word and a page are sealed to the same length; what is longer, to one of few lengths."""
    sizes = {len(seal({"kind": "text"}, b"x" * size, [key.recipient]).body) for size in (1, 100, 4096, 12_000)}
    assert len(sizes) == 1
    padded = [padded_size(size) for size in range(20_000, 25_000_000, 99_991)]
    assert len(set(padded)) < 200
    assert all(size <= big <= size * 1.08 for size, big in zip(range(20_000, 25_000_000, 99_991), padded, strict=True))


def test_nothing_is_sealed_to_nobody() -> None:
    with pytest.raises(BadKey, match="no public key"):
        seal({"kind": "text"}, b"x", [])
