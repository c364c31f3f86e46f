"""X/Y/Z grids: one request varied along up to three of its fields."""
