"""The page and its API, driven from outside."""
