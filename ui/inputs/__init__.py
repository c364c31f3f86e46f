"""Inputs made from the fields of pydantic types, and the panel that holds them.

May import: backend, look, serving, events.
"""
