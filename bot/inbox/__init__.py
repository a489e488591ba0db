"""Updates from Telegram, each stored before it is acknowledged and handled until it is done.

`Inbox` is the table, `Receiver` fills it by long polling (a webhook calls `Inbox.put` itself), `Worker` empties it.
"""

from bot.inbox.receiver import Receiver
from bot.inbox.stored import Inbox, StoredUpdate, inbox, is_id
from bot.inbox.worker import Worker

__all__ = ["Inbox", "Receiver", "StoredUpdate", "Worker", "inbox", "is_id"]
