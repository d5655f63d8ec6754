// The branches of each of these conversations, oldest first.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (c:Conversation {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (b:Branch)-[:BRANCH_OF]->(c)
  WITH b, c ORDER BY b.createdAt, b.id LIMIT $first
  RETURN b {.id, .name, createdAt: b.createdAt.epochMillis, conversationId: c.id,
    headId: head(COLLECT { MATCH (b)-[:HEAD]->(m:Message) RETURN m.id })}
} AS rows
