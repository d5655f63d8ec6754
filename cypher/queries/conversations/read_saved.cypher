// What an owner's subtasks of a time, or those in one conversation, did not ask because the answer was there, and what these calls had taken.
CYPHER 25
CALL () {
  // With a conversation given, no subtask has the owner that is looked for here.
  MATCH (s:Subtask) USING INDEX SEEK s:Subtask(ownerId, reusedAt)
  WHERE s.ownerId = CASE WHEN $conversationId IS NULL THEN $ownerId END
    AND s.reusedAt >= datetime({epochMillis: $since}) AND s.reusedAt < datetime({epochMillis: $until})
  RETURN s
  UNION ALL
  MATCH (:Conversation {id: $conversationId, ownerId: $ownerId})-[:HAS_TASK]->(:Task)-[:HAS_SUBTASK]->(s:Subtask)
  WHERE s.reusedAt >= datetime({epochMillis: $since}) AND s.reusedAt < datetime({epochMillis: $until})
  RETURN s
}
MATCH (s)-[reused:REUSED]->()
RETURN [{calls: count(*), tokens: sum(reused.tokens), costUsd: sum(reused.costUsd), priced: count(reused.costUsd)}] AS rows
