"""The queue of presses on the page: what waits, what can be done with it, and how a press gets there.

May import: backend, look, serving, events, inputs, form, runs.
"""
