"""`baqylau demo`: a whole Baqylau on this machine with invented tenders and a Telegram on localhost."""
