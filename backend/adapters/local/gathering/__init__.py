"""Models out of the files that other tools keep: their parts found by what is in them, and put together.

May import: domain, machine, weights.
"""
