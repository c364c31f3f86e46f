"""What `make bench` prints: ratios measured side by side in one run, never a time alone."""
