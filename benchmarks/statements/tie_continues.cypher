// CONTINUES between messages that are there.
CYPHER 25
UNWIND $rows AS row
MATCH (m:Message {id: row.id})
MATCH (above:Message {id: row.above})
CREATE (m)-[:CONTINUES {index: row.index}]->(above)
