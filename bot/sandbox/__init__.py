"""A Telegram and a mailbox on this machine, for `demo` and the tests: Bot API subset, chat page, fault injection."""
