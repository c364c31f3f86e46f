"""Which event of the page asks whom.

May import: backend, and every room but endpoints.
"""
