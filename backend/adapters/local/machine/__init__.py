"""What this machine has, and how a model lies in it: its files, parts, places and turns.

May import: weights, domain, threads.
"""
