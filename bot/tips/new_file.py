"""Files that are written once and never over another: keys and sealed tips."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["NotWritten", "save_new"]


class NotWritten(Exception):  # noqa: N818 - it says what is the matter
    """A file exists already or cannot be made. The sentence says what to do."""


def save_new(path: Path, content: bytes) -> None:
    """Write a file that must not exist yet, readable by its owner alone. Raises NotWritten."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise NotWritten(f"tips: {path} exists: nothing is written over it, name another file") from None
    except OSError as error:
        raise NotWritten(f"tips: {path} cannot be written ({error.strerror}): name another file") from error
    with os.fdopen(handle, "wb") as file:
        file.write(content)
