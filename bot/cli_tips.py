"""`baqylau tips`: what key holders do on their own machines."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli_common import ConfigOption, configuration, fail

__all__ = ["tip_commands"]

tip_commands = typer.Typer(help="Make keys, open tips: on a key holder's machine.", no_args_is_help=True)

PassphraseFile = Annotated[
    Path | None,
    typer.Option(help="Read the passphrase from this file's first line instead of asking.", metavar="FILE"),
]


def _passphrase(file: Path | None, *, confirm: bool = False) -> str:
    if file is None:
        return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True))
    try:
        return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"tips: {file} cannot be read ({error}): name a file whose first line is the passphrase", 2)


@tip_commands.command(short_help="Make a key pair.")
def keygen(
    out: Annotated[Path, typer.Argument(help="Where the secret key is written; it must not exist.", metavar="FILE")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a key pair: the secret half goes into FILE under a passphrase, the public half is printed.

    Run it on the key holder's own machine, not on the server. Without the file and the passphrase nobody can open a
    tip: keep a copy of both, apart from each other.
    """
    from bot.tips.keyholder.keys import KeyFileError, make_key, write_key
    from bot.tips.new_file import NotWritten, save_new

    key = make_key()
    try:
        save_new(out, write_key(key, _passphrase(passphrase_file, confirm=True)).encode())
    except (KeyFileError, NotWritten) as error:
        fail(str(error), 2)
    typer.echo(key.recipient.text)
    typer.echo(
        f"The secret key {key.recipient.fingerprint} is in {out}. The line above is the public key: put it into "
        "tips.public_keys on the server.",
        err=True,
    )


@tip_commands.command("open", short_help="Read a sealed tip.")
def open_(
    tip: Annotated[Path, typer.Argument(help="The .tip file from the monitors' group.", metavar="FILE")],
    key: Annotated[Path, typer.Option(help="Your secret key, as keygen wrote it.", metavar="FILE")],
    out: Annotated[
        Path | None, typer.Option(help="Write its files into this folder, which is made.", metavar="FOLDER")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Open a sealed tip with your key and print what it says. Run it on your own machine, not on the server."""
    from bot.tips.keyholder.reader import ReaderError, read_tip

    try:
        read_tip(tip, key, lambda: _passphrase(passphrase_file), sys.stdout, out)
    except ReaderError as error:
        fail(str(error))


@tip_commands.command(short_help="Write a sealed tip to a file.")
def sealed(
    ref: Annotated[str, typer.Argument(help="What the monitors' group calls it.", metavar="T-XXXXXX")],
    out: Annotated[Path, typer.Argument(help="The file to write; it must not exist.", metavar="FILE")],
    config: ConfigOption = None,
) -> None:
    """Write a tip, sealed as it is, to a file for `baqylau tips open`. Run it where the database is."""
    from bot.tips.new_file import NotWritten
    from bot.tips.server_side import TipMissing, write_sealed

    settings = configuration(config)
    try:
        asyncio.run(write_sealed(settings, ref, out))
    except (TipMissing, NotWritten) as error:
        fail(str(error))
    typer.echo(f"{ref} is in {out}, sealed. Open it on a key holder's machine: baqylau tips open {out.name} --key FILE")


@tip_commands.command(short_help="Write what an authority may get.")
def export(
    tip: Annotated[Path, typer.Argument(help="The .tip file from the monitors' group.", metavar="FILE")],
    out: Annotated[Path, typer.Argument(help="The ZIP file to write; it must not exist.", metavar="ZIP")],
    key: Annotated[Path, typer.Option(help="Your secret key, as keygen wrote it.", metavar="FILE")],
    originals: Annotated[bool, typer.Option("--originals", help="Put the original files in, too.")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Open a sealed tip and write its words, working copies and their hashes as one ZIP file to hand over.

    Nothing else goes in: no code, time, file name or step of the conversation.
    """
    from bot.tips.keyholder.reader import ReaderError, export_tip

    today = datetime.now(UTC).date()
    try:
        export_tip(tip, key, lambda: _passphrase(passphrase_file), out, today=today, originals=originals)
    except ReaderError as error:
        fail(str(error))
    typer.echo(out)


@tip_commands.command(short_help="Let another key open what yours opens.")
def rekey(
    sealed_file: Annotated[Path, typer.Argument(help="A .tip file, or the list that keys-out wrote.", metavar="FILE")],
    out: Annotated[Path, typer.Argument(help="The file to write; it must not exist.", metavar="FILE")],
    key: Annotated[Path, typer.Option(help="Your secret key, as keygen wrote it.", metavar="FILE")],
    public: Annotated[str, typer.Option("--for", help="The public key of who is to read it.", metavar="KEY")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Let the holder of another key open what yours opens: one sealed tip, or all that keys-out listed.

    Run it on your own machine. Check first whose key it is: read its fingerprint to each other.
    """
    from bot.tips.keyholder.reader import ReaderError, add_recipient, add_recipient_to_list
    from bot.tips.keylist import is_key_list

    try:
        content = sealed_file.read_bytes()
    except OSError as error:
        fail(f"tips: {sealed_file} cannot be read ({error.strerror}): name another")
    try:
        if not is_key_list(content):
            add_recipient(sealed_file, key, lambda: _passphrase(passphrase_file), public, out)
            typer.echo(out)
            return
        made, left = add_recipient_to_list(sealed_file, key, lambda: _passphrase(passphrase_file), public, out)
    except ReaderError as error:
        fail(str(error))
    typer.echo(f"{out}: {made} parts; bring it back to the server: baqylau tips keys-in {out.name}")
    if left:
        typer.echo(f"{left} parts were not sealed to your key: the holder of another has to run this too.", err=True)


@tip_commands.command(short_help="Which key opens how much.")
def keys(config: ConfigOption = None) -> None:
    """Print how many of the stored parts each key opens, and which keys are current. Run it where the database is."""
    from bot.tips.sealing import BadKey
    from bot.tips.server_side import key_lines

    settings = configuration(config)
    try:
        lines = asyncio.run(key_lines(settings))
    except BadKey as error:
        fail(str(error), 2)
    for line in lines:
        typer.echo(line)


@tip_commands.command("keys-out", short_help="List what a new key cannot open yet.")
def keys_out(
    out: Annotated[Path, typer.Argument(help="The file to write; it must not exist.", metavar="FILE")],
    config: ConfigOption = None,
) -> None:
    """Write the sealed keys of all parts that some key of tips.public_keys cannot open, for `baqylau tips rekey`.

    Run it where the database is. The file holds no tip, and nothing in it opens without a secret key.
    """
    from bot.tips.new_file import NotWritten
    from bot.tips.sealing import BadKey
    from bot.tips.server_side import write_keys

    settings = configuration(config)
    try:
        parts = asyncio.run(write_keys(settings, out))
    except (BadKey, NotWritten) as error:
        fail(str(error), 2)
    typer.echo(
        f"{out}: {parts} parts. On a key holder's machine: baqylau tips rekey {out.name} BACK --key FILE --for KEY"
        if parts
        else "Every stored part opens with every key of tips.public_keys: there is nothing to do."
    )


@tip_commands.command("keys-in", short_help="Take back what rekey made.")
def keys_in(
    listed: Annotated[Path, typer.Argument(help="What baqylau tips rekey wrote.", metavar="FILE")],
    config: ConfigOption = None,
) -> None:
    """Keep the keys that a key holder made of what keys-out listed. Run it where the database is; twice is once.

    Only keys of tips.public_keys are taken, only for parts that are the same still, and none is replaced.
    """
    from bot.tips.bundle import BadBundle
    from bot.tips.sealing import BadKey
    from bot.tips.server_side import read_keys

    settings = configuration(config)
    try:
        taken = asyncio.run(read_keys(settings, listed))
    except OSError as error:
        fail(f"tips: {listed} cannot be read ({error.strerror}): name another")
    except (BadKey, BadBundle) as error:
        fail(str(error))
    typer.echo(f"{taken.added} added, {taken.known} were there already, {taken.refused} refused.")
    if taken.refused:
        fail("tips: a refused key is of a part that is gone, or of no key of tips.public_keys: see baqylau tips keys")


@tip_commands.command("keys-drop", short_help="Take an old key out.")
def keys_drop(
    fingerprint: Annotated[str, typer.Argument(help="Of the old key, as `keys` prints it.", metavar="FINGERPRINT")],
    config: ConfigOption = None,
) -> None:
    """Take an old key out of all stored parts, once each opens with a key of tips.public_keys. It cannot be undone.

    Open a tip with the new key before. Run it where the database is.
    """
    from bot.tips.rotation import CannotDrop
    from bot.tips.sealing import BadKey
    from bot.tips.server_side import drop_key

    settings = configuration(config)
    try:
        gone = asyncio.run(drop_key(settings, fingerprint))
    except (BadKey, CannotDrop) as error:
        fail(str(error), 2)
    typer.echo(f"{fingerprint} opened {gone} parts, and opens none now.")


@tip_commands.command(short_help="Who did what with which tip.")
def audit(
    ref: Annotated[str, typer.Argument(help="One tip; all if left out.", metavar="T-XXXXXX")] = "",
    config: ConfigOption = None,
) -> None:
    """Print the audit log, one JSON object a line: hour, account, act, tip, detail. Run it where the database is."""
    from bot.tips.server_side import audit_lines

    settings = configuration(config)
    for line in asyncio.run(audit_lines(settings, ref.upper())):
        typer.echo(line)
