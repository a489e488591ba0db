"""Every signature holds for dkimpy, whatever is signed, and for nothing else."""

from __future__ import annotations

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.email.signing import BadKey, DkimKey
from tests.alerts.channels.email.rsa import dkim_key

KEY = DkimKey(dkim_key()[0], "s1", "baqylau.example")
NAMES = ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID")
BODIES = st.lists(st.sampled_from((b"\r\n", b" ", b"\t", b"a", "ж".encode(), b".", b"--", b"x" * 76))).map(b"".join)
VALUES = st.text(st.sampled_from("ab :;=\tЖ"), max_size=60)


def verified(raw: bytes) -> bool:
    record = b"v=DKIM1; k=rsa; p=" + dkim_key()[1].encode()
    return bool(dkim.verify(raw, dnsfunc=lambda _name, timeout=5: record))


def message(values: list[str], body: bytes) -> bytes:
    lines = [f"{name}:{value}\r\n".encode() for name, value in zip(NAMES, values, strict=False)]
    return b"".join(lines) + b"\r\n" + body


@given(st.lists(VALUES, min_size=len(NAMES), max_size=len(NAMES)), BODIES)
def test_what_is_signed_is_verified_by_dkimpy(values: list[str], body: bytes) -> None:
    raw = message(["a@b.example", *values[1:]], body)
    signed = KEY.sign(raw, NAMES) + raw
    assert verified(signed)
    assert not verified(signed + b"more\r\n")


def test_a_folded_header_is_signed_as_one_line() -> None:
    raw = message(["a@b.example", "b@c.example", " several\r\n words\r\n\tin lines "], b"text\r\n")
    signed = KEY.sign(raw, NAMES) + raw
    assert verified(signed)
    assert verified(signed.replace(b"several\r\n words\r\n\tin lines ", b"several words in lines"))
    assert not verified(signed.replace(b"words", b"deeds"))


def test_lines_of_the_signature_are_short_enough_for_every_relay() -> None:
    raw = message(["a@b.example"] * len(NAMES), b"text\r\n")
    header = DkimKey(dkim_key(2048)[0], "a" * 30, "mail.baqylau.example").sign(raw, NAMES)
    assert max(len(line) for line in header.split(b"\r\n")) <= 100
    assert all(line.startswith((b"DKIM-Signature: ", b" ")) for line in header.splitlines())


def test_a_key_as_newer_tools_write_it_signs_the_same() -> None:
    key = load_pem_private_key(dkim_key()[0], None)
    pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    raw = message(["a@b.example"], b"text\r\n")
    assert verified(DkimKey(pkcs8, "s1", "baqylau.example").sign(raw, NAMES) + raw)


def test_its_public_half_is_what_stands_in_the_dns() -> None:
    assert KEY.public() == dkim_key()[1]
    assert DkimKey(dkim_key(2048)[0], "s1", "b.example").public() == dkim_key(2048)[1]


@pytest.mark.parametrize(
    "pem", [b"", b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", b"key"]
)
def test_a_key_that_cannot_sign_is_said_at_once(pem: bytes) -> None:
    with pytest.raises(BadKey, match="DKIM"):
        DkimKey(pem, "s1", "baqylau.example").check()
    KEY.check()


def test_a_key_of_another_kind_is_said_at_once() -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(BadKey, match="another kind"):
        DkimKey(pem, "s1", "baqylau.example").check()
