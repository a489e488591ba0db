"""Talks with the monitors' group. Never sees a tipper's id, name or language, nor what a tip says."""

import bot.chat  # noqa: F401 - its dispatcher imports the modules here: whichever is asked for first, it goes first
