"""The presses that wait: added, priced, and drawn one after the other while a page of their visitor is open.

May import: domain, record, threads, visitors, prompts, money, adapters, generation, playground.
"""
