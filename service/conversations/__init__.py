"""What a conversation is, and what can be done with it."""
