"""Packing a run's weights for the playground, and the way back."""
