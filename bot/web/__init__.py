"""What this process serves over HTTP: pages for people, health, metrics, Telegram's webhook.

Nothing here holds logic: a handler reads the request, asks one part, answers. Each part lists its routes (`routes()`);
`bot.roles.web` puts the lists together.
"""

from bot.web.pulse import Pulse
from bot.web.server import WebServer, address_of
from bot.web.webhook import Webhook, webhook_path, webhook_secret

__all__ = ["Pulse", "WebServer", "Webhook", "address_of", "webhook_path", "webhook_secret"]
