"""The pages of result links: plain HTML, without Gradio and without a script, for people and for messengers.

May import: backend, look, serving, head, form.
"""
