"""Training: batches, the objective, optimisers, a run's state and its folder."""
