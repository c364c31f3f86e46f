"""A run as code that makes it again: curl, Python, JavaScript. No key is ever in it.

May import: domain, prompts, adapters.
"""
