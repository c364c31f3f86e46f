"""Scores of a packed model on held-out prompts, and its contact sheet."""
