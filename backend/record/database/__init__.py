"""The database beneath the record: tables, versions, locks, and the processes that share it.

May import: domain, images.
"""
