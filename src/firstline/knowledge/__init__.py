"""Knowledge: articles in the words of those who ask, kept alive by whether they help."""
