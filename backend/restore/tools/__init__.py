"""What each tool writes of its settings, a reader for each; what several write alike lies in one of them.

May import: domain, prompts, restore.
"""
