"""Strangers: who they are, which keys they brought, and how fast they may ask.

May import: domain.
"""
