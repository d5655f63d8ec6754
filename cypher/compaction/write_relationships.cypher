// Write relationships as they were, between the nodes that had these ids.
CYPHER 25
UNWIND $batch.rows AS row
MATCH (a:BeingCopied {copyOf: row.from})
MATCH (b:BeingCopied {copyOf: row.to})
CREATE (a)-[r:$(row.type)]->(b)
SET r = row.properties
