"""The ledger, the caps, and what was spent.

May import: domain, record.
"""
