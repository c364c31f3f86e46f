"""Playing together: a room that one press makes, its invitation, and its board beside the stage.

May import: backend, look, serving, events, inputs, form, runs.
"""
