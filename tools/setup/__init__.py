"""The installer: makes an environment in which the playground runs, with nothing but Python's standard library."""
