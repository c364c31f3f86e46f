"""What a visitor keeps, brings back and shares; rooms.

May import: backend, look to form, runs.
"""
