"""Files sent by either side: kept in memory, named by file_id, measured where they are pictures."""

from __future__ import annotations

import hashlib
import mimetypes
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from bot.sandbox.errors import bad_request

PHOTO_LIMIT = 10 * 1024 * 1024
DOWNLOAD_LIMIT = 20 * 1024 * 1024
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


@dataclass(frozen=True)
class StoredFile:
    """One file. `path` is what getFile answers and the download address ends with."""

    file_id: str
    unique_id: str
    name: str
    mime_type: str
    content: bytes
    path: str

    def as_json(self) -> dict[str, Any]:
        """Return the fields every file object has."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.content)}


class FileStore:
    """All files of one sandbox."""

    def __init__(self) -> None:
        self.by_id: dict[str, StoredFile] = {}
        self.by_path: dict[str, StoredFile] = {}

    def add(self, name: str, content: bytes, *, folder: str, mime_type: str = "") -> StoredFile:
        """Keep a file; the same content under another message is another file_id, as on the real server."""
        number = len(self.by_id) + 1
        digest = hashlib.sha256(content).hexdigest()[:16]
        clean = PurePosixPath(name.replace("\\", "/")).name or "file"
        kind = picture_type(content) or mime_type or mimetypes.guess_type(clean)[0] or "application/octet-stream"
        path = f"{folder}/file_{number}{PurePosixPath(clean).suffix[:12]}"
        stored = StoredFile(f"sandbox-{digest}-{number}", f"u{digest}", clean, kind, content, path)
        self.by_id[stored.file_id] = self.by_path[path] = stored
        return stored

    def get(self, file_id: str) -> StoredFile:
        """Return the file of an id. Raises ApiError as getFile answers a wrong one."""
        if file_id not in self.by_id:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        return self.by_id[file_id]


def picture_type(content: bytes) -> str:
    """Return the media type of a picture by its first bytes, or an empty string."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""


def picture_size(content: bytes) -> tuple[int, int]:
    """Return width and height in pixels. Raises ApiError where this is no picture the server would take."""
    kind = picture_type(content)
    try:
        if kind == "image/png":
            return struct.unpack(">II", content[16:24])
        if kind == "image/gif":
            return struct.unpack("<HH", content[6:10])
        if kind == "image/jpeg":
            return _jpeg_size(content)
        if kind == "image/webp":
            return 512, 512
    except (struct.error, IndexError):
        pass
    raise bad_request("IMAGE_PROCESS_FAILED")


def _jpeg_size(content: bytes) -> tuple[int, int]:
    at = 2
    while True:
        marker, length = struct.unpack(">xBH", content[at : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
