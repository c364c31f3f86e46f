"""What asks for images more than once: comparison, grid, control map, and whether a control acts.

May import: domain, images, prompts, threads, adapters, generation, playground.
"""
