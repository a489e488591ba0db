"""Talks with who tells something. Knows their chat; holds no key that opens a tip."""
