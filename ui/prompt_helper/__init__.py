"""Enhance and Describe under the prompt: a new text beside the old one.

May import: backend, inputs, canvas, look, serving, events.
"""
