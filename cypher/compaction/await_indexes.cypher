// Wait until all indexes are filled.
CYPHER 25
CALL db.awaitIndexes(3600)
