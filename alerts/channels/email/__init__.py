"""The channel of mail: how one is put together and signed, handed over, and what refusals and bounces mean."""
