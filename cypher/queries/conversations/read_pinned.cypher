// A page of the pinned messages of each of these conversations, by their number.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (c:Conversation {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  // One of the two reads nothing; the index has the order of both.
  CALL (id) {
    MATCH (m:Message)
    USING INDEX SEEK m:Message(conversationId, pinned, seq)
    WHERE m.conversationId = id AND m.pinned = true AND m.seq > $page.low[0] AND m.seq < $page.high[0]
    RETURN m ORDER BY m.conversationId, m.pinned, m.seq LIMIT $page.up
    UNION ALL
    MATCH (m:Message)
    USING INDEX SEEK m:Message(conversationId, pinned, seq)
    WHERE m.conversationId = id AND m.pinned = true AND m.seq > $page.low[0] AND m.seq < $page.high[0]
    RETURN m ORDER BY m.conversationId DESC, m.pinned DESC, m.seq DESC LIMIT $page.down
  }
  RETURN m {.id, .seq}
} AS rows
