"""What is asked or shown on a sheet over the page: how an image is made larger, and what it was made of.

May import: backend, look to serving.
"""
