"""Values read into a request, a recipe filled back, and what is said of both before a run.

May import: backend, look, serving, events, inputs, canvas.
"""
