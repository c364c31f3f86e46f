"""Pictures: taken in, measured, masked, encoded and kept. No model.

May import: domain, and the rooms within it.
"""
