"""One folder per way to reach a person; `base` says what a channel must do."""
