"""What an answer must be: formats, schemas, patterns."""
