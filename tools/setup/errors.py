"""The one error of the installer, and how it speaks."""


class SetupError(Exception):
    """Setting up can't go on; the text says why and the way out."""
