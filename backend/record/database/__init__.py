"""The database beneath the record: tables, versions, locks, and the processes that share it.

May import: domain, images, and setting_words for an address that can't be used.
"""
