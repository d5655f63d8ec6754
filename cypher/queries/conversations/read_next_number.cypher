// The first message and the first change of a conversation at or after a number, and when each was written.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
RETURN c.lastSeq AS lastSeq, COLLECT {
  MATCH (m:Message) WHERE m.conversationId = c.id AND m.seq >= $seq
  RETURN {seq: m.seq, at: m.createdAt.epochMillis} ORDER BY m.conversationId, m.seq LIMIT 1
} + COLLECT {
  MATCH (e:Change) WHERE e.conversationId = c.id AND e.seq >= $seq
  RETURN {seq: e.seq, at: e.createdAt.epochMillis} ORDER BY e.conversationId, e.seq LIMIT 1
} AS rows
