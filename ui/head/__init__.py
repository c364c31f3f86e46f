"""The head of the page: backends, keys, language, and the ways out of a cap.

May import: backend, look, serving, events.
"""
