"""The queue of presses: what an entry is, and where the entries stand until they are drawn.

May import: domain, record.database.
"""
