"""Rules as dated data: law tables, thresholds, calendars, code lists. Each row says from when, by which source, checked when."""
