"""Kazakhstan's procurement API on this machine: OWS v3 as it answers, over an invented country with its own clock."""
