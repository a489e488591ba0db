"""A Telegram and a mailbox on this machine, for `demo` and the tests: Bot API subset, chat page, fault injection."""

from bot.sandbox.faults import Fault, Trouble
from bot.sandbox.ledger import Entry, Ledger, read_ledger
from bot.sandbox.people import BOT_TOKEN, Person
from bot.sandbox.server import Sandbox

__all__ = ["BOT_TOKEN", "Entry", "Fault", "Ledger", "Person", "Sandbox", "Trouble", "read_ledger"]
