"""A1111's API, `/sdapi/v1`, as its clients call it: their words in, our runs, their shape of answer.

May import: what `ui.endpoints` may.
"""
