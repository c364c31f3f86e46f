"""The page and its API, in Gradio; knows the backend, and the backend knows nothing of it."""
