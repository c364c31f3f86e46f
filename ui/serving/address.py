"""The parameters of the page's address that several rooms read or write."""

RECIPE = "recipe"
"""A recipe as text: the form opens filled from it."""
