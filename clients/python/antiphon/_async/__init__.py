"""The client for coroutines. What is for threads, `_sync`, is generated from it by `scripts/generate-client`."""
