"""The models at hand: which there are, what they allow, and what became of calls to them."""
