// Write nodes as they were, each with the id that it had, until the relationships are written.
CYPHER 25
UNWIND $batch.rows AS row
CREATE (n:$(row.labels))
SET n = row.properties
SET n:BeingCopied, n.copyOf = row.id
