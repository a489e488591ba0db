"""Where a JSON value ends, by its brackets and quotes alone.

Slower than a parser, but it works where a parser stops: on values with numbers that are none, and piece by piece on
values of any size.
"""

from __future__ import annotations

import re

__all__ = ["Structure"]

_TOKEN = re.compile(rb'"|[{\[]++|[}\]]++')
_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_QUOTE, _BACKSLASH = 0x22, 0x5C
_OPENING = frozenset(b"{[")


class Structure:
    """A scanner that is fed one stretch of bytes after another and remembers how deep it is."""

    def __init__(self, depth: int = 0) -> None:
        self._depth = depth
        self._in_string = False
        self._escaped = False

    def feed(self, held: bytes | bytearray, start: int, stop: int) -> int:
        """Scan from `start` to `stop`: the index after the bracket that closes the value, or -1 if it is not there."""
        at = start
        while at < stop:
            if self._in_string:
                at = self._leave_string(held, at, stop)
                continue
            token = _TOKEN.search(held, at, stop)
            if token is None:
                return -1
            at, many = token.end(), token.end() - token.start()
            mark = held[at - 1]
            if mark == _QUOTE:
                self._in_string = True
            elif mark in _OPENING:
                self._depth += many
            elif many >= self._depth:
                return at - many + max(self._depth, 1)
            else:
                self._depth -= many
        return -1

    def _leave_string(self, held: bytes | bytearray, at: int, stop: int) -> int:
        if self._escaped:
            self._escaped = False
            at += 1
        match = _STRING.match(held, at, stop)
        end = match.end() if match else at
        if end >= stop:
            return end
        if held[end] == _BACKSLASH:  # the last byte of the stretch: what it escapes comes with the next
            self._escaped = True
        else:
            self._in_string = False
        return end + 1
