"""What only a real key can verify: asked of the providers for less than a cent each, and kept as fixtures."""
