"""One module a part of the conversation, each with a `router()` that a dispatcher takes in."""
