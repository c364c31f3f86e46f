"""Control pictures made here, and the ControlNets that heed them.

May import: domain, images, threads, machine, weights.
"""
