"""The scheduler names as samplers of a flow-matching model.

May import: domain.
"""
