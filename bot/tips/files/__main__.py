"""`python -m bot.tips.files`: cleans the one file it is given on standard input, with little memory and time.

A process of its own, so that a file made to break its reader breaks nothing else: no network, no database, no key, no
file is opened, and what it may use is bounded before the first byte is read.
"""

from __future__ import annotations

import resource
import sys

import msgspec

from bot.tips.files.clean import clean
from bot.tips.files.kinds import Refused, Why

MEMORY = 1024 * 1024 * 1024
SECONDS = 30


def main() -> None:
    """First line: the name as JSON; the rest: the file. Out: a line of JSON, then the working copy."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    line, _, content = sys.stdin.buffer.read().partition(b"\n")
    try:
        cleaned = clean(content, msgspec.json.decode(line, type=str))
    except Refused as refused:
        _say({"refused": refused.why})
    except (MemoryError, RecursionError):
        _say({"refused": Why.BOMB})
    else:
        head = {"type": cleaned.type, "ending": cleaned.ending, "copy": cleaned.content is not None}
        _say(head, cleaned.content or b"")


def _say(head: object, content: bytes = b"") -> None:
    sys.stdout.buffer.write(msgspec.json.encode(head) + b"\n" + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
