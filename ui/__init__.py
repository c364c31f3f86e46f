"""The page and its API, in Gradio; knows the backend, and the backend knows nothing of it.

May import: backend; page.py puts the rooms together.
"""
