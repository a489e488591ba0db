"""What a process can be told to do, one module a role. Each says with `works(...)` what runs until the process stops.

`watch` reads publishers, judges, stores and matches; `deliver` sends what is owed in chat, `mail` what is owed by mail;
`chat` answers people; `web` serves pages, health, metrics and Telegram's webhook. Parts are wired here, nowhere else.
"""
