"""Pictures made larger without drawing: by Lanczos, or tile by tile through an upscaler's network.

May import: domain, images, threads, control, machine, weights.
"""
