"""The parts of the model: the computed encoder, the trained parts, and their passes for whole batches."""
