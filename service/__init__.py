"""Antiphon: a conversation service whose memory is a Neo4j graph."""

__version__ = "0.1.0"
