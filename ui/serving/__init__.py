"""How requests and files come in and go out, and what Gradio does needlessly on their way.

May import: backend.
"""
