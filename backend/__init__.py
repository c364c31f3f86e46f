"""Everything that makes images; knows nothing of the page."""
