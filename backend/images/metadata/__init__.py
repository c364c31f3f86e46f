"""What an image file says: the request that made it, how it came to be, and other tools' texts.

May import: domain.
"""
