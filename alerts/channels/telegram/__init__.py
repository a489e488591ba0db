"""Telegram: the transport, its pace, its ways to fail, and the rules of its HTML."""
