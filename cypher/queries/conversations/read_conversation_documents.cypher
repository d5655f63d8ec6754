// A page of the documents of each of these conversations by their ids.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (c:Conversation {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  // One of the two reads nothing; the index has the order of both.
  CALL (id) {
    MATCH (d:Document)
    USING INDEX SEEK d:Document(conversationId, id)
    WHERE d.conversationId = id AND d.id > $page.low[0] AND d.id < $page.high[0]
    RETURN d ORDER BY d.conversationId, d.id LIMIT $page.up
    UNION ALL
    MATCH (d:Document)
    USING INDEX SEEK d:Document(conversationId, id)
    WHERE d.conversationId = id AND d.id > $page.low[0] AND d.id < $page.high[0]
    RETURN d ORDER BY d.conversationId DESC, d.id DESC LIMIT $page.down
  }
  MATCH (d)-[:NEWEST]->(s:Source)
  RETURN d {.id, .name, .conversationId, .versions, createdAt: d.createdAt.epochMillis, sourceId: s.id}
} AS rows
