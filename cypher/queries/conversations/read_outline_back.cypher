// A page of a conversation's chat without texts, newest first; messages of subtasks and of summaries are left out. See `read_outline`.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
RETURN COLLECT {
  MATCH (m:Message) WHERE m.conversationId = $conversationId AND m.seq > $after AND m.seq < $before
    AND NOT EXISTS { (m)-[:DECOMPOSES]->() } AND NOT EXISTS { (m)-[:RESPONDS_TO]->()-[:DECOMPOSES]->() }
    AND NOT EXISTS { (m)-[:ABOUT]->(:Message) } AND NOT EXISTS { (m)-[:RESPONDS_TO]->()-[:ABOUT]->(:Message) }
  WITH m ORDER BY m.conversationId DESC, m.seq DESC LIMIT $limit
  RETURN [m.id, m.seq, m.depth, m.title, m.role, m.status,
    COLLECT { MATCH (m)-[up:CONTINUES|RESPONDS_TO]->(parent) RETURN parent.id ORDER BY up.index },
    COUNT { (m)<-[:CONTINUES|RESPONDS_TO]-() },
    COLLECT { MATCH (m)<-[:HEAD]-(b:Branch) RETURN b.id }]
} AS rows
