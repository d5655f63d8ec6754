"""What may be configured: the shapes of the files, how layers are merged, and what they come to."""
