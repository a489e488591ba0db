"""One module per publisher kind; `base` says what a source is. A source knows HTTP, paging and quirks, nothing of flags."""
