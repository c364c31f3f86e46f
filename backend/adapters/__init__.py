"""Whoever makes images, behind one interface, and the table of them by name.

May import: domain, images, prompts, threads, settings.
"""
