"""The gate before Gradio: what a request may reach, how large it may be, and whose cookie it has.

May import: domain, threads, visitors, playground, settings.
"""
