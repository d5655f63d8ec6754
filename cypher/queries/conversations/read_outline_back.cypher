// A page of a conversation's chat without texts, newest first; messages of subtasks and of summaries are left out. See `read_outline`.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
RETURN COLLECT {
  MATCH (m:Message) WHERE m.conversationId = $conversationId AND m.seq > $after AND m.seq < $before
    AND CASE WHEN m:Prompt THEN NOT EXISTS { (m)-[:DECOMPOSES|ABOUT]->(:Message) }
      ELSE NOT EXISTS { (m)-[:RESPONDS_TO]->()-[:DECOMPOSES|ABOUT]->(:Message) } END
  WITH m ORDER BY m.conversationId DESC, m.seq DESC LIMIT $limit
  RETURN [m.id, m.seq, m.depth, m.title, m.role, m.status,
    CASE WHEN COUNT { (m)-[:CONTINUES]->() } > 1 THEN COLLECT { MATCH (m)-[up:CONTINUES]->(parent) RETURN parent.id ORDER BY up.index }
      ELSE COLLECT { MATCH (m)-[:CONTINUES|RESPONDS_TO]->(parent) RETURN parent.id } END,
    COUNT { (m)<-[:CONTINUES|RESPONDS_TO]-() },
    CASE WHEN COUNT { (m)<-[:HEAD]-() } > 0 THEN COLLECT { MATCH (m)<-[:HEAD]-(b:Branch) RETURN b.id } ELSE [] END]
} AS rows
