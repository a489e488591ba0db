"""Lessons that teach people to read a purchase and to act: their files, who read what, what can be done and by when."""
