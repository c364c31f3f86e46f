"""The door for programs that speak others' HTTP: who asks, what they sent, what they get, and that no retry buys twice.

May import: backend, serving, and the scripts' runs beside it. It knows no form: OpenAI's and A1111's stand beside it.
"""
