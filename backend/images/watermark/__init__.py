"""A mark in the pixels that eyes don't see: `add` writes it, `find` looks for it.

May import: domain, images.
"""
