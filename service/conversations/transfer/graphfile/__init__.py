"""The graph of conversations as a file: all of it, so that it can be put back, or as other programs read graphs."""
