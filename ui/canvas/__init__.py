"""The picture, its mask, and further control pictures.

May import: backend, look, serving, events.
"""
