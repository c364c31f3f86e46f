"""Where the parts stand on the page.

May import: backend, and every room but wiring and endpoints.
"""
