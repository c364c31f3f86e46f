"""Keeps data folders as past commits left them, for the tests that each still opens."""
