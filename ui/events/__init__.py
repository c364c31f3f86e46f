"""How this page's events work: options, buttons, and the script that tells of what was touched.

May import: backend.
"""
