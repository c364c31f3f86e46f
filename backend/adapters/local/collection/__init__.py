"""The models that lie on this machine: in other tools' folders, in the hub's cache; told apart by what they are.

May import: domain, library, machine, weights.
"""
