"""The parts of a model as torch has them: read whole or not at all, from whoever's files.

May import: domain, threads, machine, weights.
"""
