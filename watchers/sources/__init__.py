"""One module or folder per kind of publisher; `base` says what a source is.

A source knows HTTP, paging and quirks, and nothing of flags.
"""
