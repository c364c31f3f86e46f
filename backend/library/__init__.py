"""What visitors share with one another: links to a recipe or a result, and rooms."""
