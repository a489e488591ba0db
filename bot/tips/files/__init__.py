"""Files that strangers send: recognised by content, cleaned, never executed or rendered."""
