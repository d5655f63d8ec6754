"""The demo: five scenes that show what Antiphon is good at."""
