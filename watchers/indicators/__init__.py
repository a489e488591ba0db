"""One module per indicator; `base` says what an indicator is, `registry` finds them. No I/O, no clock, no text."""
