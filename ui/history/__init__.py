"""A visitor's earlier runs: found, shown, charted, deleted.

May import: backend, look to inputs, runs.
"""
