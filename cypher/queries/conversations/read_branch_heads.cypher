// The messages that the branches of each of these conversations point at, and which branch is the default one.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (c:Conversation {id: id, ownerId: $ownerId})
RETURN id, {defaultBranchId: c.defaultBranchId,
  rows: COLLECT { MATCH (c)<-[:BRANCH_OF]-(b:Branch)-[:HEAD]->(m:Message) RETURN [b.id, m.id, m.depth] ORDER BY b.id }} AS heads
