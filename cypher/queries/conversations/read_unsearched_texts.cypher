// The next texts of a conversation that cannot be found yet: a page of its messages, and the summaries and sources that came with them.
CYPHER 25
MATCH (c:Conversation {id: $conversationId})
WITH c, coalesce(c.searchedSeq, 0) AS low, c.lastSeq AS high
WHERE high > low
CALL (c, low, high) {
  MATCH (m:Message)
  WHERE m.conversationId = c.id AND m.seq > low AND m.seq <= high
  RETURN m ORDER BY m.conversationId, m.seq LIMIT $limit
}
WITH c, low, high, collect(m) AS page
WITH c, low, page, CASE WHEN size(page) = $limit THEN page[-1].seq ELSE high END AS upto
RETURN c.id AS conversationId, c.ownerId AS ownerId, low, upto,
  // The prompt of a piece holds a source's text, or answers: these are found themselves.
  [m IN page WHERE NOT EXISTS { (m)-[:DECOMPOSES]->() WHERE EXISTS { (m)-[:ABOUT|USES]->() } } |
    {id: m.id, length: coalesce(m.length, size(m.content), 0), createdAt: m.createdAt.epochMillis,
      kind: CASE WHEN m:Response THEN 'ASSISTANT' ELSE coalesce(m.role, 'USER') END}]
  + COLLECT {
    MATCH (x:Change)
    WHERE x.conversationId = c.id AND x.seq > low AND x.seq <= upto AND x.type = 'SUMMARY' AND x.action = 'MADE'
    MATCH (s:Summary {id: x.subjectId})
    RETURN {id: s.id, length: size(s.content), createdAt: s.createdAt.epochMillis, kind: 'SUMMARY'}
  } AS texts,
  COLLECT {
    UNWIND page AS m
    MATCH (m)<-[:ASKED]-(:Task)-[:READS]->(s:Source)
    WHERE coalesce(s.searchedTo, 0) < s.length
    RETURN DISTINCT s.id
  } AS sourceIds
