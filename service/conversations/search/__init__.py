"""Search: how texts become passages, how a question becomes a query, and how what is found becomes hits."""
