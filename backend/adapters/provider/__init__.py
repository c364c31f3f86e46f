"""What every provider's adapter needs: its key rules, the line to it, its messages, and lenient reading of replies.

May import: domain, providers, settings, adapters.base.
"""
