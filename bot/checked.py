"""One line of what `baqylau doctor` finds."""

from __future__ import annotations

import msgspec

__all__ = ["Checked"]


class Checked(msgspec.Struct, frozen=True):
    """One thing looked at: whether it works, what was seen, and what to do if it does not."""

    subject: str
    ok: bool
    seen: str
    mend: str = ""
    warning: bool = False  # it works, and will not for ever

    def line(self) -> str:
        """One line for a terminal."""
        mark = "FAIL" if not self.ok else "warn" if self.warning else "ok  "
        return f"{mark} {self.subject}: {self.seen}" + (f": {self.mend}" if self.mend else "")
