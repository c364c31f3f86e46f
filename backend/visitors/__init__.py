"""Strangers: who they are, what is theirs, how fast they may ask, and what never reaches the page."""
