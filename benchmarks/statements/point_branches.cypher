// Branches that point at their heads; `main` is there already.
CYPHER 25
UNWIND $rows AS row
MATCH (c:Conversation {id: row.conversationId})
MATCH (m:Message {id: row.head})
MERGE (b:Branch {id: row.id})
  ON CREATE SET b.name = row.name, b.createdAt = datetime({epochMillis: row.at})
MERGE (b)-[:BRANCH_OF]->(c)
CREATE (b)-[:HEAD]->(m)
