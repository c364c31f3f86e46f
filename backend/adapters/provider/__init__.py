"""What every provider's adapter needs: key rules, refusals, the line to it, its messages, lenient reading of replies.

May import: domain, settings, adapters.base.
"""
