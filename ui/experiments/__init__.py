"""Comparison, grid, variations, control map and the check of a control, on the page.

May import: backend, look to form, runs.
"""
