"""What the model knows: colours, words and their tokenizer, and what is told of it."""
