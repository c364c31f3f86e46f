"""Words, sentences as HTML, theme and style.

May import: backend.
"""
