"""Work that goes on in a thread while others look on, and what threads share.

May import: domain.
"""
