"""LoRA files: where they lie, whose layout they have, and how they are put on the model.

May import: domain, images, threads, machine, weights.
"""
