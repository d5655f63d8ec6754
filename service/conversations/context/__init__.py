"""What a prompt is answered from: the path above it, as far as it goes into the model's window."""
