"""Tables of what a GPU gives the local engine."""
