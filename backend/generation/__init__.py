"""The one way to an image: check, price, reserve, record, run, settle, recover.

May import: every room above which it stands: domain to adapters; and playground.
"""
