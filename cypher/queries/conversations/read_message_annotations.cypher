// A page of the annotations of each of these messages, by age.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
RETURN id, COLLECT {
  // One of the two reads nothing; the index has the order of both.
  CALL (id) {
    MATCH (a:Annotation)
    USING INDEX SEEK a:Annotation(messageId, id)
    WHERE a.messageId = id AND a.id > $page.low[0] AND a.id < $page.high[0]
    RETURN a ORDER BY a.messageId, a.id LIMIT $page.up
    UNION ALL
    MATCH (a:Annotation)
    USING INDEX SEEK a:Annotation(messageId, id)
    WHERE a.messageId = id AND a.id > $page.low[0] AND a.id < $page.high[0]
    RETURN a ORDER BY a.messageId DESC, a.id DESC LIMIT $page.down
  }
  WITH a, a.id AS key
  ORDER BY CASE WHEN $page.up > 0 THEN key END, key DESC
  RETURN a {.id, .messageId, .conversationId, .annotator, .rating, .label, .comment,
    createdAt: a.createdAt.epochMillis, updatedAt: a.updatedAt.epochMillis}
} AS rows
