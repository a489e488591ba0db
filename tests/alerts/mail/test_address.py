"""Mail addresses in the one form they are kept in."""

from __future__ import annotations

import pytest

from alerts.mail.address import BadAddress, mail_address, masked, shown


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("aru@example.kz", "aru@example.kz"),
        ("  Aru.Monitor+alerts@Example.KZ ", "aru.monitor+alerts@example.kz"),
        ("mailto:aru@example.kz", "aru@example.kz"),
        ("aru@example.kz.", "aru@example.kz"),
        ("aru@пошта.қаз", "aru@xn--80a1acn3a.xn--80ao21a"),
        ("аружан@пошта.қаз", "аружан@xn--80a1acn3a.xn--80ao21a"),
        ("o'neil@example.kz", "o'neil@example.kz"),
    ],
)
def test_one_mailbox_has_one_form(text: str, kept: str) -> None:
    assert mail_address(text) == kept
    assert mail_address(kept) == kept
    assert mail_address(shown(kept)) == kept


@pytest.mark.parametrize(
    "text",
    [
        "", "aru", "@example.kz", "aru@", "aru@localhost", "aru@127.0.0.1", "aru@[127.0.0.1]", "a ru@example.kz",
        "aru@exa mple.kz", '"aru"@example.kz', "aru@example.kz\nBcc: all@example.kz", "aru\r\nX: y@example.kz",
        "a@b@example.kz", ".aru@example.kz", "aru.@example.kz", "a..u@example.kz", "aru@-example.kz",
        "aru@example..kz", f"{'a' * 65}@example.kz", f"aru@{'a' * 64}.kz", f"aru@{'a.' * 130}kz", "aru\x00@example.kz",
        "aru\u202e@example.kz", "<aru@example.kz>", "aru,bek@example.kz",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(BadAddress, match=r"^mail: "):
        mail_address(text)


def test_an_address_is_shown_in_its_own_letters_and_masked_for_others() -> None:
    assert shown("aru@xn--80a1acn3a.xn--80ao21a") == "aru@пошта.қаз"
    assert masked("aruzhan@example.kz") == "a…@example.kz"
