"""A language model that words prompts better and describes pictures, on any chat server of OpenAI's form.

May import: settings, money, images, visitors, domain. It knows no backend and no page.
"""
