"""What each command does, a file a family; `service/cli.py` puts them together."""
