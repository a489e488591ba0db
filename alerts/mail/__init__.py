"""Mail: addresses that asked for digests and confirmed it, their tokens, and the runs that make digests.

What a digest looks like is in `alerts.render.digest`, how it travels in `alerts.channels.email`.
"""
