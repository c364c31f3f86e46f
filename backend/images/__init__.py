"""Pictures: taken in, measured, masked, encoded and kept. No model.

May import: domain, and its own rooms credentials, metadata and storage.
"""
