"""Keys change: new tips go to all current ones, old tips open to a new key, an old key goes when nobody needs it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import delete
from typer.testing import CliRunner

from bot.cli import app
from bot.tips import rotation
from bot.tips.audit import read_audit
from bot.tips.bundle import BadBundle, sealed_tip
from bot.tips.keyholder.keys import SecretKey, make_key, write_key
from bot.tips.keyholder.opener import CannotOpen, open_bundle
from bot.tips.keyholder.reader import add_recipient_to_list
from bot.tips.keylist import PartKeys, read_key_list, write_key_list
from bot.tips.tables import tip_part_keys
from tests.bot.tips.tipping import Tipping

PASSPHRASE = "five random words of mine"


def holder(tmp_path: Path, key: SecretKey, name: str = "old.key") -> Path:
    path = tmp_path / name
    path.write_text(write_key(key, PASSPHRASE, memory=8 * 1024 * 1024), encoding="utf-8")
    return path


def rekeyed(tmp_path: Path, listed: list[PartKeys], key: SecretKey, other: SecretKey) -> list[PartKeys]:
    """What the holder of `key` brings back."""
    number = len(list(tmp_path.glob("*.list")))
    out, back = tmp_path / f"{number}.list", tmp_path / f"{number}.back"
    out.write_bytes(write_key_list(listed))
    path = holder(tmp_path, key, f"{number}.key")
    add_recipient_to_list(out, path, lambda: PASSPHRASE, other.recipient.text, back)
    return read_key_list(back.read_bytes())


async def opens(talk: Tipping, ref: str, key: SecretKey) -> list[str]:
    tip = await talk.tips.desk.by_ref(ref)
    assert tip is not None
    return [one.text for one in open_bundle(await sealed_tip(talk.database, tip.id, ref), key)]


async def test_a_new_tip_opens_with_every_current_key_and_a_draft_goes_to_those_of_its_moment(
    talk: Tipping, key: SecretKey
) -> None:
    second = make_key()
    talk.settings = talk.settings.model_copy(update={"public_keys": (key.recipient.text, second.recipient.text)})
    talk.wire()
    await talk.tell(talk.person("kk"), "екі рет төленді")
    (tip,) = await talk.tips.group.open_tips()
    for one in (key, second):
        assert await opens(talk, tip.ref, one) == ["екі рет төленді"]
    with pytest.raises(CannotOpen):
        await opens(talk, tip.ref, make_key())


async def test_old_tips_open_with_a_new_key_and_then_not_with_the_old_one(
    talk: Tipping, key: SecretKey, tmp_path: Path
) -> None:
    new = make_key()
    current = [new.recipient]
    for language in ("kk", "ru"):
        await talk.tell(talk.person(language), f"told in {language}")
    await talk.accept(talk.person("en"))
    await talk.say(talk.person("en"), "half a tip")
    refs = [tip.ref for tip in await talk.tips.group.open_tips()]
    with pytest.raises(rotation.CannotDrop, match="3 parts"):
        await rotation.drop_key(talk.database, current, key.recipient.fingerprint, talk.clock())
    listed = await rotation.missing_keys(talk.database, current)
    assert len(listed) == 3, "a draft's parts too"
    back = rekeyed(tmp_path, listed, key, new)
    assert [set(one.keys) for one in back] == [{new.recipient.fingerprint}] * 3, "nothing else goes back"
    taken = await rotation.take_keys(talk.database, current, back, talk.clock())
    assert taken == rotation.Taken(3, 0, 0)
    assert await opens(talk, refs[0], new) == await opens(talk, refs[0], key) == ["told in kk"]
    assert await rotation.drop_key(talk.database, current, key.recipient.fingerprint, talk.clock()) == 3
    assert await opens(talk, refs[1], new) == ["told in ru"]
    with pytest.raises(CannotOpen, match="not to"):
        await opens(talk, refs[1], key)
    assert await rotation.key_counts(talk.database) == (3, {new.recipient.fingerprint: 3})
    said = [(line.act, line.detail) for line in await read_audit(talk.database) if line.act == "rotate"]
    assert said == [
        ("rotate", f"in {new.recipient.fingerprint}"), ("rotate", f"drop {key.recipient.fingerprint}"),
    ]  # fmt: skip


async def test_a_rotation_that_was_stopped_goes_on_where_it_was(talk: Tipping, key: SecretKey, tmp_path: Path) -> None:
    new = make_key()
    for number in range(3):
        await talk.tell(talk.person("kk"), f"tip {number}")
    back = rekeyed(tmp_path, await rotation.missing_keys(talk.database, [new.recipient]), key, new)
    await rotation.take_keys(talk.database, [new.recipient], back[:1], talk.clock())
    assert len(await rotation.missing_keys(talk.database, [new.recipient])) == 2
    assert await rotation.take_keys(talk.database, [new.recipient], back, talk.clock()) == rotation.Taken(2, 1, 0)
    assert not await rotation.missing_keys(talk.database, [new.recipient])


async def test_nothing_is_taken_that_was_not_asked_for(talk: Tipping, key: SecretKey, tmp_path: Path) -> None:
    new, stranger = make_key(), make_key()
    await talk.tell(talk.person("kk"), "екі рет төленді")
    listed = await rotation.missing_keys(talk.database, [new.recipient])
    (theirs,) = rekeyed(tmp_path, listed, key, stranger)
    (good,) = rekeyed(tmp_path, listed, key, new)
    bad = [
        theirs,
        replace(good, part=good.part + 1),
        replace(good, body="0" * 32),
        replace(good, keys={new.recipient.fingerprint: b"short"}),
        PartKeys(good.part, good.body, {key.recipient.fingerprint: b"\0" * 80}),
    ]
    before = await rotation.key_counts(talk.database)
    assert await rotation.take_keys(talk.database, [new.recipient], bad, talk.clock()) == rotation.Taken(0, 1, 4)
    assert await rotation.key_counts(talk.database) == before
    (tip,) = await talk.tips.group.open_tips()
    assert await opens(talk, tip.ref, key) == ["екі рет төленді"], "a key that is there is never replaced"


async def test_a_current_key_is_not_dropped(talk: Tipping, key: SecretKey) -> None:
    await talk.tell(talk.person("kk"), "екі рет төленді")
    with pytest.raises(rotation.CannotDrop, match=r"tips\.public_keys"):
        await rotation.drop_key(talk.database, [key.recipient], key.recipient.fingerprint, talk.clock())


async def test_the_commands_do_it_all(talk: Tipping, key: SecretKey, tmp_path: Path) -> None:
    new = make_key()
    await talk.tell(talk.person("kk"), "екі рет төленді")
    config, words, old_file = tmp_path / "c.toml", tmp_path / "words", holder(tmp_path, key)
    words.write_text(PASSPHRASE, encoding="utf-8")
    url = talk.database.url.replace("+aiosqlite", "").replace("+asyncpg", "")
    config.write_text(f'[database]\nurl = "{url}"\n[tips]\npublic_keys = ["{new.recipient.text}"]\n', encoding="utf-8")

    async def run(*said: str) -> str:
        result = await asyncio.to_thread(CliRunner().invoke, app, ["tips", *said])
        assert result.exit_code == 0, result.output
        return result.output

    there = ("--config", str(config))
    out, back = str(tmp_path / "out"), str(tmp_path / "back")
    assert f"{key.recipient.fingerprint} 1 of 1   not in tips.public_keys" in await run("keys", *there)
    await run("keys-out", out, *there)
    await run("rekey", out, back, "--key", str(old_file), "--for", new.recipient.text, "--passphrase-file", str(words))
    assert "1 added, 0 were there already, 0 refused." in await run("keys-in", back, *there)
    assert "0 added, 1 were there already" in await run("keys-in", back, *there)
    await run("keys-drop", key.recipient.fingerprint, *there)
    assert await run("keys", *there) == f"key              opens\n{new.recipient.fingerprint} 1 of 1\n"
    assert "nothing to do" in await run("keys-out", str(tmp_path / "more"), *there)
    (tip,) = await talk.tips.group.open_tips()
    assert await opens(talk, tip.ref, new) == ["екі рет төленді"]


@pytest.mark.parametrize("content", [b"", b"{}", b'{"format": "baqylau-keys-1", "parts": [5]}', b"\xff", b"[]"])
def test_what_is_no_list_of_keys_is_refused(content: bytes) -> None:
    with pytest.raises(BadBundle):
        read_key_list(content)


async def test_parts_of_the_less_safe_mode_have_no_keys_and_are_left_alone(talk: Tipping, key: SecretKey) -> None:
    await talk.tell(talk.person("kk"), "екі рет төленді")
    async with talk.database.write() as connection:
        await connection.execute(delete(tip_part_keys))
    assert not await rotation.missing_keys(talk.database, [key.recipient])
