"""What ships with the playground, what visitors keep, and what they share: links and rooms.

May import: domain, images, prompts, record.
"""
