"""The drawings and their captions, with no outside pictures; example n is always the same."""
