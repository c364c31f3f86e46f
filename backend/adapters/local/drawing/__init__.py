"""One drawing: from a request's numbers to pixels.

May import: domain, images, threads, machine, weights, control, samplers.
"""
