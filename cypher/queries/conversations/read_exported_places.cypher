// Of stretches of conversations the chat as places alone: number, id, how long its text is, and the numbers above it.
CYPHER 25
UNWIND $spans AS span
MATCH (c:Conversation {id: span[0], ownerId: $ownerId})
RETURN c.id AS id,
  head(COLLECT { MATCH (c)-[:HAS_SYSTEM_PROMPT]->(m:Prompt) RETURN [m.seq, m.id, coalesce(m.length, size(m.content)), []] }) AS system,
  COLLECT {
    MATCH (m:Message) WHERE m.conversationId = span[0] AND m.seq >= span[1] AND m.seq <= span[2]
      // Neither is a system prompt, which is told apart.
      AND CASE WHEN m.role = 'SYSTEM' AND m.depth = 0 THEN EXISTS { (m)<-[:STARTS_WITH]-(:Conversation) }
        WHEN m:Prompt THEN NOT EXISTS { (m)-[:DECOMPOSES|ABOUT]->(:Message) }
        ELSE NOT EXISTS { (m)-[:RESPONDS_TO]->()-[:DECOMPOSES|ABOUT]->(:Message) } END
    WITH m ORDER BY m.conversationId, m.seq
    RETURN [m.seq, m.id, coalesce(m.length, size(m.content)) + coalesce(size(m.reasoning), 0),
      CASE WHEN COUNT { (m)-[:CONTINUES]->() } > 1 THEN COLLECT { MATCH (m)-[up:CONTINUES]->(parent) RETURN parent.seq ORDER BY up.index }
        ELSE COLLECT { MATCH (m)-[:CONTINUES|RESPONDS_TO]->(parent) RETURN parent.seq } END]
  } AS rows
