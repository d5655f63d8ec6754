"""The Neo4j graph: the driver, the stored queries, the writer, the migrations and the embedded server."""
