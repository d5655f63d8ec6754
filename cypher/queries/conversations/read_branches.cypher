// The branches of these ids in the owner's conversations.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (b:Branch {id: id})-[:BRANCH_OF]->(c:Conversation {ownerId: $ownerId})
  RETURN b {.id, .name, createdAt: b.createdAt.epochMillis, updatedAt: b.updatedAt.epochMillis, conversationId: c.id,
    defaultBranchId: c.defaultBranchId,
    head: head(COLLECT { MATCH (b)-[:HEAD]->(m:Message) RETURN m {.id, .depth, at: m.createdAt.epochMillis} })}
} AS rows
