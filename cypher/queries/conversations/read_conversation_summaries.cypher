// A page of the summaries of one kind of each of these conversations by id, which is by age.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (c:Conversation {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  // One of the two reads nothing; the index has the order of both.
  CALL (id) {
    MATCH (s:Summary)
    USING INDEX SEEK s:Summary(conversationId, kind, id)
    WHERE s.conversationId = id AND s.kind = $kind AND s.id > $page.low[0] AND s.id < $page.high[0]
    RETURN s ORDER BY s.conversationId, s.kind, s.id LIMIT $page.up
    UNION ALL
    MATCH (s:Summary)
    USING INDEX SEEK s:Summary(conversationId, kind, id)
    WHERE s.conversationId = id AND s.kind = $kind AND s.id > $page.low[0] AND s.id < $page.high[0]
    RETURN s ORDER BY s.conversationId DESC, s.kind DESC, s.id DESC LIMIT $page.down
  }
  RETURN s {.id}
} AS rows
