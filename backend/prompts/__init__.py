"""Prompts before they are a request: styles, choices and wildcards, and how long they may be.

May import: domain.
"""
