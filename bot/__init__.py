"""The front door: commands, configuration, the conversation, the sandbox, and the one place where parts are wired.

Handlers talk and hold no logic; what decides anything belongs to `alerts` or `watchers`.
"""
