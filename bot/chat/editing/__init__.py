"""A filter being made or changed: what its buttons send, its screens, what typed words mean. No Telegram in here."""
