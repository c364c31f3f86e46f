"""OpenAI's images API (`/v1`), as its clients and the open servers speak it.

May import: the door beside it, and what that may.
"""
