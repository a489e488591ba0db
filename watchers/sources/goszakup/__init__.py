"""Kazakhstan's state procurement portal, read through its open interface (OWS v3)."""
