// The summaries of these ids that are the owner's, for people; a long text is read by itself.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (s:Summary {id: id, ownerId: $ownerId})
  RETURN s {.id, .kind, .level, .tokens, .messages, .coveredTokens, .conversationId, .branchName, createdAt: s.createdAt.epochMillis,
    length: size(s.content), content: CASE WHEN size(s.content) <= 4000 THEN s.content END,
    taskId: head(COLLECT { MATCH (s)<-[:SUMMARIZED]-(t:Task) RETURN t.id }),
    fromId: head(COLLECT { MATCH (s)-[:BEGINS_AT]->(m) RETURN m.id }),
    upToId: head(COLLECT { MATCH (s)-[:ENDS_AT]->(m) RETURN m.id })}
} AS rows
