"""A run on the stage, and what can be done with its images.

May import: backend, look to form, head.
"""
