"""From a flagged tender to a delivered message: filters, subscriptions, matching, the outbox, rendering, channels.

It reads what `watchers` stored and knows nothing of how a person talks to the bot (`bot`).
"""
