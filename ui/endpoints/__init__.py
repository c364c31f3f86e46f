"""What scripts and assistants call: the API, its older shapes, and MCP.

May import: backend, look, serving, form, library.
"""
