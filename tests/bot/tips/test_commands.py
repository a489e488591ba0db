"""`baqylau tips`: keys, reading, handing over, another key; everything that can be wrong is one sentence."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from nacl import bindings, utils
from nacl.public import PublicKey, SealedBox
from nacl.secret import SecretBox
from typer.testing import CliRunner

from bot.cli import app
from bot.config import load_config
from bot.doctor_tips import examine_tips
from bot.tips.bundle import Bundle, write_bundle
from bot.tips.keyholder.keys import SecretKey, make_key, read_key, write_key
from bot.tips.keyholder.opener import CannotOpen, open_part
from bot.tips.keyholder.reader import printable
from bot.tips.sealing import Recipient, SealedPart, frame, padded_size, seal

PASSPHRASE = "five random words of mine"


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["tips", *words])
    return result.exit_code, result.output


@pytest.fixture
def passphrase(tmp_path: Path) -> str:
    (tmp_path / "words").write_text(PASSPHRASE + "\n", encoding="utf-8")
    return str(tmp_path / "words")


@pytest.fixture
def key_file(tmp_path: Path, key: SecretKey) -> str:
    (tmp_path / "my.key").write_text(write_key(key, PASSPHRASE, memory=8 * 1024 * 1024), encoding="utf-8")
    return str(tmp_path / "my.key")


@pytest.fixture
def tip(tmp_path: Path, key: SecretKey) -> str:
    parts = (
        seal({"kind": "text", "step": "what"}, b"They paid\x1b[2J twice", [key.recipient]),
        seal({"kind": "how"}, b"saw", [key.recipient]),
        seal({"kind": "file", "copy": "cleaned", "ending": "jpg", "name": "Aigul.jpg"}, b"pixels", [key.recipient]),
        seal({"kind": "file", "copy": "original", "ending": "../x", "name": "Aigul.jpg"}, b"all", [key.recipient]),
    )
    (tmp_path / "T-AAAAAA.tip").write_bytes(write_bundle(Bundle("T-AAAAAA", parts)))
    return str(tmp_path / "T-AAAAAA.tip")


def test_keygen_writes_a_key_once_for_its_owner_alone(tmp_path: Path, passphrase: str) -> None:
    out = tmp_path / "new.key"
    code, said = run("keygen", str(out), "--passphrase-file", passphrase)
    assert code == 0
    made = read_key(out.read_text(encoding="utf-8"), PASSPHRASE)
    assert said.splitlines()[0] == made.recipient.text
    assert out.stat().st_mode & 0o777 == 0o600
    assert Recipient.read(said.splitlines()[0]) == made.recipient
    code, said = run("keygen", str(out), "--passphrase-file", passphrase)
    assert code == 2
    assert "exists" in said


def test_open_prints_what_cannot_steer_a_terminal_and_writes_files_under_our_names(
    tmp_path: Path, tip: str, key_file: str, passphrase: str
) -> None:
    out = tmp_path / "files"
    code, said = run("open", tip, "--key", key_file, "--out", str(out), "--passphrase-file", passphrase)
    assert code == 0
    assert "They paid\N{REPLACEMENT CHARACTER}[2J twice" in said
    assert "saw it" in said
    assert sorted(one.name for one in out.iterdir()) == ["03-copy.jpg", "04-original.bin"]


def test_export_holds_only_what_an_authority_may_get(tmp_path: Path, tip: str, key_file: str, passphrase: str) -> None:
    out = tmp_path / "handover.zip"
    code, said = run("export", tip, str(out), "--key", key_file, "--passphrase-file", passphrase)
    assert code == 0, said
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        everything = b"".join(archive.read(name) for name in names)
    assert names == ["manifest.json", "01-text.txt", "02-how.txt", "03-copy.jpg"]
    assert set(manifest) == {"format", "ref", "exported_on", "files"}
    assert set(manifest["files"][0]) == {"file", "sha256", "bytes"}
    assert b"Aigul" not in everything
    assert len([one for one in manifest["files"] if one["bytes"] == 3]) == 0, "no original"


def test_rekey_lets_a_second_key_open_and_leaves_the_first(
    tmp_path: Path, tip: str, key_file: str, passphrase: str
) -> None:
    other = make_key()
    out = tmp_path / "both.tip"
    code, said = run(
        "rekey", tip, str(out), "--key", key_file, "--for", other.recipient.text, "--passphrase-file", passphrase
    )
    assert code == 0, said
    (tmp_path / "other.key").write_text(write_key(other, PASSPHRASE, memory=8 * 1024 * 1024), encoding="utf-8")
    for name in (str(tmp_path / "other.key"), key_file):
        code, said = run("open", str(out), "--key", name, "--passphrase-file", passphrase)
        assert code == 0
        assert "saw it" in said


def test_what_is_wrong_is_one_sentence_with_a_mend(tmp_path: Path, tip: str, key_file: str, passphrase: str) -> None:
    (tmp_path / "wrong").write_text("not the passphrase at all", encoding="utf-8")
    (tmp_path / "short").write_text("short", encoding="utf-8")
    (tmp_path / "junk").write_text("{}", encoding="utf-8")
    stranger = tmp_path / "stranger.key"
    stranger.write_text(write_key(make_key(), PASSPHRASE, memory=8 * 1024 * 1024), encoding="utf-8")
    damaged = json.loads(Path(tip).read_text(encoding="utf-8"))
    damaged["parts"][0]["body"] = damaged["parts"][1]["body"]
    (tmp_path / "damaged.tip").write_text(json.dumps(damaged), encoding="utf-8")
    cases = [
        (("open", tip, "--key", key_file, "--passphrase-file", str(tmp_path / "wrong")), "does not open this key"),
        (("open", tip, "--key", str(stranger), "--passphrase-file", passphrase), "was sealed to"),
        (("open", tip, "--key", str(tmp_path / "junk"), "--passphrase-file", passphrase), "no key file"),
        (("open", str(tmp_path / "junk"), "--key", key_file, "--passphrase-file", passphrase), "no sealed tip"),
        (("open", str(tmp_path / "none"), "--key", key_file, "--passphrase-file", passphrase), "cannot be read"),
        (("open", str(tmp_path / "damaged.tip"), "--key", key_file, "--passphrase-file", passphrase), "damaged"),
        (("keygen", str(tmp_path / "k"), "--passphrase-file", str(tmp_path / "short")), "at least 12"),
        (("rekey", tip, str(tmp_path / "o"), "--key", key_file, "--for", "AAAA", "--passphrase-file", passphrase),
         "no public key"),
    ]  # fmt: skip
    for words, said in cases:
        code, output = run(*words)
        assert code in {1, 2}, words
        assert said in output
        assert "Traceback" not in output


def test_a_part_that_is_not_what_its_hash_says_is_not_shown(key: SecretKey) -> None:
    """The seal holds, but whoever sealed it lied or broke: evidence has to be what it was."""
    framed = frame({"kind": "text", "sha256": "0" * 64}, b"other words")
    padded = bindings.sodium_pad(framed, padded_size(len(framed) + 1))
    own = utils.random(SecretBox.KEY_SIZE)
    sealed = bytes(SealedBox(PublicKey(key.recipient.key)).encrypt(own))
    part = SealedPart(bytes(SecretBox(own).encrypt(padded)), {key.recipient.fingerprint: sealed})
    with pytest.raises(CannotOpen, match="hash"):
        open_part(part, key)


@pytest.mark.parametrize("text", ["\x1b]0;x\x07", "a\u202eb", "\x9b1m", "\r", "\u2066x\u2069"])
def test_no_sequence_of_a_stranger_reaches_the_terminal(text: str) -> None:
    assert not set(printable(text)) & set("\x1b\x07\u202e\x9b\r\u2066\u2069")


def test_doctor_says_what_would_make_tips_less_safe(tmp_path: Path, key: SecretKey) -> None:
    path = tmp_path / "config.toml"

    def seen(tips: str) -> list[str]:
        path.write_text(f"[tips]\n{tips}", encoding="utf-8")
        return [result.line() for result in examine_tips(load_config(path, {}))]

    assert ["none are taken" in line for line in seen("")] == [True]
    lines = "\n".join(seen(f'public_keys = ["{key.recipient.text}"]'))
    for said in ("one key alone", "tips.group", "tips.secret", "tips.leads", key.recipient.fingerprint):
        assert said in lines
    assert "less safe" in "\n".join(seen('mode = "forward"'))
