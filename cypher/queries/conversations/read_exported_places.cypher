// A page of a conversation's chat as places alone: number, id, the numbers above it, and how long its text is.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
RETURN COLLECT {
  MATCH (m:Message) WHERE m.conversationId = $conversationId AND m.seq > $after AND m.seq <= $upto
    AND CASE WHEN m:Prompt THEN NOT EXISTS { (m)-[:DECOMPOSES|ABOUT]->(:Message) }
      ELSE NOT EXISTS { (m)-[:RESPONDS_TO]->()-[:DECOMPOSES|ABOUT]->(:Message) } END
  WITH m ORDER BY m.conversationId, m.seq LIMIT $limit
  RETURN [m.seq, m.id, coalesce(m.length, size(m.content)) + coalesce(size(m.reasoning), 0),
    CASE WHEN COUNT { (m)-[:CONTINUES]->() } > 1 THEN COLLECT { MATCH (m)-[up:CONTINUES]->(parent) RETURN parent.seq ORDER BY up.index }
      ELSE COLLECT { MATCH (m)-[:CONTINUES|RESPONDS_TO]->(parent) RETURN parent.seq } END]
} AS rows
