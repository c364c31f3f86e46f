"""From a body of A1111's to what is asked of this playground.

May import: backend, the form's words, and the door beside it.
"""
