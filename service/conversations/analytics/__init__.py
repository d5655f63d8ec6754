"""Analyses of an owner's graph: what they are, with which parameters they may be asked, and how they are run."""
