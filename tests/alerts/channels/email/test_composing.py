"""What travels is what the standards ask for, read by the standard library and checked by dkimpy."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

import dkim
import msgspec
import pytest

from alerts.channels.email.mail import bare
from tests.alerts.channels.email.conftest import FILES, composer, mail
from tests.alerts.channels.email.rsa import dkim_key


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    assert not any(part.defects for part in message.walk())
    return message


def verified(raw: bytes) -> bool:
    record = b"v=DKIM1; k=rsa; p=" + dkim_key()[1].encode()
    return bool(
        dkim.verify(raw, dnsfunc=lambda name, timeout=5: record if name == b"s1._domainkey.baqylau.example." else b"")
    )


def test_text_comes_first_then_the_html_then_files() -> None:
    message = parsed(composer().compose("aru@example.kz", mail(attachments=FILES)))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/csv",
    ]  # fmt: skip
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == mail().text
    assert html.get_content().strip() == mail().html
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_payload(decode=True)) == ("tenders.csv", FILES[0].content)


def test_headers_say_who_what_and_how_to_leave() -> None:
    message = parsed(composer(reply_to="people@baqylau.example").compose("aru@example.kz", mail(feedback_id="a:b:c")))
    assert message["Subject"] == mail().subject
    assert parseaddr(str(message["From"])) == ("Бақылау", "digest@baqylau.example")
    assert message["To"] == "aru@example.kz"
    assert message["Message-ID"] == "<digest.7.12@baqylau.example>"
    assert message["Date"].datetime == mail().date
    assert message["List-Id"] == "Baqylau digests <digest.baqylau.example>"
    assert message["List-Unsubscribe"] == (
        "<https://baqylau.example/unsubscribe/abc>, <mailto:bounce+u.abc@bounces.example?subject=unsubscribe>"
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert (message["List-Help"], message["List-Owner"]) == (
        "<https://baqylau.example/manage/abc>", "<mailto:owner@baqylau.example>",
    )  # fmt: skip
    assert message["Feedback-ID"] == "a:b:c"
    for name in ("List-Unsubscribe", "List-Unsubscribe-Post", "From", "Subject", "Message-ID", "DKIM-Signature"):
        assert len(message.get_all(name) or []) == 1, name


@pytest.mark.parametrize(
    "header", [b"List-Unsubscribe", b"List-Unsubscribe-Post", b"Subject", b"From", b"List-Id", b"Date", b"Message-ID"]
)
def test_the_signature_covers_the_headers_and_the_text(header: bytes) -> None:
    raw = composer().compose("aru@example.kz", mail())
    assert verified(raw)
    assert not verified(raw.replace(b"\r\n" + header + b": ", b"\r\n" + header + b": x"))
    assert not verified(raw[:-60] + b"AAAA" + raw[-56:])
    assert not verified(raw.replace(b"\r\nFrom: ", b"\r\nFrom: <evil@example.com>\r\nFrom: ", 1))


def test_a_letter_of_no_list_says_nothing_of_leaving() -> None:
    message = parsed(composer().compose("aru@example.kz", mail(links=None)))
    assert not [name for name in message if name.startswith("List-")]


def test_without_https_there_is_no_one_click() -> None:

    links = msgspec.structs.replace(mail().links, leave="http://127.0.0.1:8080/unsubscribe/abc")
    message = parsed(composer().compose("aru@example.kz", mail(links=links)))
    assert "List-Unsubscribe-Post" not in message
    assert message["List-Unsubscribe"].startswith("<http://127.0.0.1:8080/unsubscribe/abc>")


def test_the_same_row_makes_the_same_bytes_but_for_the_moment_of_signing() -> None:
    plain = composer(key=None)
    assert plain.compose("aru@example.kz", mail()) == plain.compose("aru@example.kz", mail())


def test_the_bare_mail_has_the_text_alone_and_there_is_nothing_barer() -> None:
    less = bare(mail(attachments=FILES))
    message = parsed(composer().compose("aru@example.kz", less))  # type: ignore[arg-type]
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == mail().text
    assert bare(less) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("subject", ["a\r\nBcc: all@example.kz", "\u202eкері\u2066", "x" * 900, "Ж" * 300, "🚩 14"])
def test_no_subject_can_break_out_of_its_line(subject: str) -> None:
    from alerts.channels.telegram.text import clean

    message = parsed(composer().compose("aru@example.kz", mail(subject=clean(subject))))
    assert "Bcc" not in message
    assert message["Subject"] == clean(subject)


def test_an_address_with_its_own_letters_before_the_at() -> None:
    raw = composer().compose("аружан@xn--80a1acn3a.xn--80ao21a", mail())
    assert "To: аружан@xn--80a1acn3a.xn--80ao21a".encode() in raw
    assert verified(raw)


def test_links_as_long_as_real_ones_stand_as_they_are_where_providers_look_for_them() -> None:
    token, tag = "u" * 38, "a" * 46
    links = msgspec.structs.replace(
        mail().links,
        leave=f"https://baqylau.example.kz/unsubscribe/{token}",
        leave_by_mail=f"bounce+leave.{tag}@bounces.baqylau.example.kz",
        settings=f"https://digests.of.a.long.domain.example.kz/manage/{token}",
    )
    long_id = f"digest.{7**20}.{7**20}@digests.of.a.long.domain.example.kz"
    raw = composer().compose("aru@example.kz", mail(links=links, message_id=long_id, feedback_id="20261123:daily:x:y"))
    head = raw.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").decode().splitlines()
    said = {name: value for name, _, value in (line.partition(": ") for line in head)}
    assert said["List-Unsubscribe"] == f"<{links.leave}>, <mailto:{links.leave_by_mail}?subject=unsubscribe>"
    assert said["List-Help"] == f"<{links.settings}>"
    assert said["Message-ID"] == f"<{long_id}>"
    assert verified(raw)
