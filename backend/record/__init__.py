"""What was run: runs, their images, search, trash, and whose each picture is.

May import: domain, images, and its own room database.
"""
