"""Import and export: transcripts of other tools, our own files, and what carries them in and out."""
