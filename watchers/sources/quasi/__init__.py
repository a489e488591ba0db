"""What the quasi-state platforms share: what their words mean, and what a refusal of theirs means."""
