"""Mail at the front door: the listener for what comes back, the sample that is sent, what doctor looks at."""
