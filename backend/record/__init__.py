"""The record of what was run: the database, the image files, the money, and the text inside a file."""
