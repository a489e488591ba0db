"""The Telegram conversation. Handlers read an update, call one function, render one template; they decide nothing."""
