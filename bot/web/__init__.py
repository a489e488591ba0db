"""What this process serves over HTTP: health, metrics, Telegram's webhook.

Pages for people come here too. Nothing here holds logic: a handler reads the request, asks one part, answers.
"""

from bot.web.pulse import Pulse
from bot.web.server import WebServer, address_of
from bot.web.webhook import Webhook, webhook_path, webhook_secret

__all__ = ["Pulse", "WebServer", "Webhook", "address_of", "webhook_path", "webhook_secret"]
