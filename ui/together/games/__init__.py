"""What a room's members play: rounds with votes, and a prompt that they write in turns.

May import: backend, look, serving, and the items of the board.
"""
