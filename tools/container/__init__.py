"""Builds the container images where there is no Docker engine, and keeps them small."""
