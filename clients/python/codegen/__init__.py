"""Reads the schema and its operations and writes Python; used by `scripts/generate-client`, not installed."""
