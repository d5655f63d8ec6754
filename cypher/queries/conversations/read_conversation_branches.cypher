// A page of the branches of each of these conversations, by age.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (c:Conversation {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (b:Branch)-[:BRANCH_OF]->(c)
  WITH b, c, [b.createdAt.epochMillis, b.id] AS key
  WHERE key > $page.low AND key < $page.high
  WITH b, c ORDER BY CASE WHEN $page.up > 0 THEN key END, key DESC LIMIT $page.up + $page.down
  RETURN b {.id, .name, createdAt: b.createdAt.epochMillis, updatedAt: b.updatedAt.epochMillis, conversationId: c.id,
    defaultBranchId: c.defaultBranchId,
    head: head(COLLECT { MATCH (b)-[:HEAD]->(m:Message) RETURN m {.id, .depth, at: m.createdAt.epochMillis} })}
} AS rows
