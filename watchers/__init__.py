"""From a publisher to a flagged tender: sources, the OCDS model, indicators, rules, history and their store.

Nothing here knows who reads the result: no subscriber, no message, no language. It imports nothing of `alerts` or
`bot`.
"""
