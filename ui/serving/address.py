"""The parameters of the page's address that several rooms read or write."""

RECIPE = "recipe"
"""A recipe as text: the form opens filled from it."""
RESULT = "result"
"""The folder of the pages of shared results; in addresses made before these it was a parameter (`?result=…`)."""


def result_address(own: str, token: str) -> str:
    """Return the address of a shared result's page, on the playground whose own address (with a slash) is given."""
    return f"{own}{RESULT}/{token}"
