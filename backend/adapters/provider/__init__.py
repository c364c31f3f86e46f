"""What every provider's adapter needs: the line to it, its messages, and lenient reading of its replies.

May import: domain, settings.
"""
