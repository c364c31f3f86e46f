"""Everything that makes images; knows nothing of the page.

May import: nothing of `ui` or `app`; playground.py puts the rooms together, settings.py alone reads the environment.
"""
