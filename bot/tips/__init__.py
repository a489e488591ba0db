"""Tip-offs: what a citizen or an insider tells, sealed on this server so that only key holders can read it.

Folders are roles; who may touch a thing is visible in its path:

- `tipper/` talks with who tells something: the warning, the draft, the receipt code, `/mytips`.
- `files/` recognises files by their content and cleans working copies.
- `reviewer/` talks with the monitors' group, which sees states and no content.
- `keyholder/` runs where the secret key is, never on the server: what opens a sealed tip is `keyholder/opener.py` and
  nothing else (an import rule holds it).
- beside them what all stand on: tables, sealing with public keys, the desk that keeps tips, retention, limits.

What is and is not protected, and from whom: docs/threat-model.md.
"""
