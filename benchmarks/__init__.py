"""What the figures of the README come from; each module prints one JSON object a figure."""
