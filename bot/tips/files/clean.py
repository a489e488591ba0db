"""One file in, its kind and a cleaned copy out: what runs in the process that handles strangers' files."""

from __future__ import annotations

import msgspec

from bot.tips.files.kinds import Kind, Refused, Why, recognise

__all__ = ["Cleaned", "clean"]


class Cleaned(msgspec.Struct, frozen=True):
    """`content`: the working copy, None where this kind cannot be cleaned; `ending`: of its name."""

    type: str
    ending: str
    content: bytes | None


def clean(content: bytes, name: str = "") -> Cleaned:
    """Recognise and clean. Raises Refused."""
    kind = recognise(content, name)
    if not kind.family:
        return Cleaned(kind.type, kind.name, None)
    copy, ending = _copy(content, kind)
    return Cleaned(kind.type, ending, copy)


def _copy(content: bytes, kind: Kind) -> tuple[bytes, str]:
    # Imported here, so that a text does not load what pictures need.
    if kind.family == "picture":
        from bot.tips.files.pictures import clean_picture  # noqa: PLC0415

        return clean_picture(content, kind)
    if kind.family == "pdf":
        from bot.tips.files.pdf import clean_pdf  # noqa: PLC0415

        return clean_pdf(content), kind.name
    if kind.family in {"ooxml", "odf"}:
        from bot.tips.files.office import clean_odf, clean_ooxml  # noqa: PLC0415

        return (clean_ooxml if kind.family == "ooxml" else clean_odf)(content), kind.name
    if kind.family == "text":
        return content, kind.name
    raise Refused(Why.UNKNOWN)
