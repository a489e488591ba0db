"""Talks with who tells something. Knows their chat; holds no key that opens a tip."""

import bot.chat  # noqa: F401 - its dispatcher imports the modules here: whichever is asked for first, it goes first
