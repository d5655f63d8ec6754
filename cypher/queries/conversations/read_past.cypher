// The branches of a conversation as they are, and what was done to them by hand, in order: from both follows how they stood.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
RETURN COLLECT {
  MATCH (b:Branch)-[:BRANCH_OF]->(c)
  RETURN b {.id, .name, createdAt: b.createdAt.epochMillis, headId: head(COLLECT { MATCH (b)-[:HEAD]->(m) RETURN m.id })}
} AS branches, COLLECT {
  MATCH (e:Change) WHERE e.conversationId = c.id AND e.seq > 0 AND (e.type = 'BRANCH' OR e.branchId IS NOT NULL)
  WITH e ORDER BY e.conversationId, e.seq LIMIT $most
  // A branch moves with the message that takes it along, whose number is a little smaller than its change's.
  RETURN e {.action, .name, .formerHeadId, createdAt: e.createdAt.epochMillis, branchId: coalesce(e.branchId, e.subjectId),
    seq: CASE e.action WHEN 'REVISED' THEN e.seq - 1 ELSE coalesce(e.headSeq, e.seq) END}
} AS changes, c.createdAt.epochMillis AS createdAt
