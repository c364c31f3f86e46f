"""Tries the README's two commands on fresh machines: roots of Debian with Python, git and make, and nothing else."""
