"""What comes back is read as flufl.bounce, which is not ours, reads it; what cannot be read says nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from flufl.bounce import all_failures

from alerts.channels.email.bounces import Verdict, bounce_address, lowered, raised, read_report
from alerts.mail.tokens import Tokens
from bot.sandbox.mailbox import Mail
from tests.alerts.channels.email.conftest import composer, mail
from tests.alerts.mail.dsn import COMPLAINT, dsn

SAMPLES = Path(__file__).parent / "bounces"


def sent() -> Mail:
    raw = composer(key=None).compose("aru@example.kz", mail())
    return Mail(1, datetime(2026, 11, 23, tzinfo=UTC), "bounce+x@bounces.example", ("aru@example.kz",), raw)


@pytest.mark.parametrize(
    ("status", "action", "verdict"),
    [
        ("5.1.1", "failed", Verdict.GONE), ("5.2.1", "failed", Verdict.GONE), ("5.0.0", "failed", Verdict.GONE),
        ("5.4.4", "failed", Verdict.SOFT), ("4.2.2", "failed", Verdict.SOFT), ("4.4.7", "failed", Verdict.SOFT),
        ("4.0.0", "delayed", Verdict.NOTHING),
    ],
)  # fmt: skip
def test_the_verdict_agrees_with_an_independent_reader(status: str, action: str, verdict: Verdict) -> None:
    raw = dsn(sent(), status=status, action=action)
    report = read_report(raw)
    assert (report.verdict, report.status) == (verdict, status)
    temporary, permanent = all_failures(message_from_bytes(raw))
    if action == "failed":
        assert permanent == {b"aru@example.kz"}
    else:
        assert (temporary, permanent) == ({b"aru@example.kz"}, set())


SAMPLE_VERDICTS = {
    "exim_unknown_user": Verdict.GONE, "exchange_over_quota": Verdict.GONE, "gmail_no_such_user": Verdict.GONE,
    "postfix_delayed": Verdict.NOTHING, "sendmail_host_not_found": Verdict.SOFT, "out_of_office": Verdict.NOTHING,
    "person_answers": Verdict.NOTHING, "no_status": Verdict.SOFT,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SAMPLE_VERDICTS))
def test_what_other_servers_write(name: str) -> None:
    raw = (SAMPLES / f"{name}.eml").read_bytes()
    assert read_report(raw).verdict is SAMPLE_VERDICTS[name]
    if SAMPLE_VERDICTS[name] is Verdict.GONE:
        assert b"aru@example.kz" in all_failures(message_from_bytes(raw))[1]


def test_a_complaint_names_who_leaves_by_the_link_in_the_mail() -> None:
    report = read_report(COMPLAINT(sent(), kind="abuse"))
    assert report.verdict is Verdict.COMPLAINT
    assert read_report(COMPLAINT(sent(), kind="not-spam")).verdict is Verdict.NOTHING


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\x00\xff", b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x",
        b"Content-Type: message/delivery-status\r\n\r\n\xff\xfe", b"Content-Type: multipart/report; boundary\r\n\r\n",
        b"Content-Type: multipart/report; report-type*=utf-8''x; boundary=y\r\n\r\n--y\r\n\r\n--y--",
        b"\r\n".join([b"Content-Type: message/rfc822\r\n"] * 200),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_nothing(raw: bytes) -> None:
    assert read_report(raw).verdict in {Verdict.NOTHING, Verdict.SOFT}


def test_a_token_survives_a_mail_address_where_case_does_not_count() -> None:
    tokens = Tokens(b"s" * 32)
    address = bounce_address("bounce@b.example", tokens, 12345, "aru@example.kz", datetime(2026, 11, 23, tzinfo=UTC))
    local = address.partition("@")[0]
    assert len(local) <= 64
    assert local == local.lower()
    tag = local.partition("+")[2]
    assert lowered(raised(tag.upper())) == tag
    assert raised("!!!") == ""
