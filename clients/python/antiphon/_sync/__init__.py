# Generated from _async/__init__.py by scripts/generate-client; change that one.
"""The client for coroutines. What is for threads, `_sync`, is generated from it by `scripts/generate-client`."""
