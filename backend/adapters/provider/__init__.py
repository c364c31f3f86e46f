"""What every provider's adapter needs: key rules, the line to it, orders, refusals, bills and files, lenient reading.

May import: domain, images, settings, adapters.base, adapters.job.
"""
