"""The grid of thumbnails: what a search finds, leaf by leaf.

May import: backend, events, history's search, look, runs, serving.
"""
