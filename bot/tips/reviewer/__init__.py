"""Talks with the monitors' group. Never sees a tipper's id, name or language, nor what a tip says."""
