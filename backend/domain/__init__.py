"""The nouns as plain values: what is asked, by whom, what happens, what is remembered and what can go wrong.

May import: nothing of the other rooms.
"""
