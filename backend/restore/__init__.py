"""Settings out of an image that somebody drops in, whichever tool wrote them; nothing in it is trusted.

May import: domain, images, prompts.
"""
