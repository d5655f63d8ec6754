// What each of these messages was written for: its task, and its subtask if it is not of the chat itself.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
OPTIONAL MATCH (m)-[:RESPONDS_TO]->(answered:Prompt)
WITH id, m, coalesce(answered, m) AS p
WITH id, m, p, EXISTS { (p)-[:DECOMPOSES]->() } AS inside,
  // A prompt may be asked again by other tasks: an answer is of its own.
  head(COLLECT { MATCH (m)<-[:YIELDED]-(:Attempt)<-[:ATTEMPTED]-(s:Subtask) RETURN s }) AS answering,
  head(COLLECT { MATCH (m)<-[:RESULTED_IN]-(t:Task) RETURN t }) AS answered,
  // Results of tools stand above the prompt that brought them, or above none but themselves.
  head(COLLECT {
    MATCH (p) (()<-[:CONTINUES]-(x:Prompt)){0,128} (asked:Prompt)<-[:ASKED]-(t:Task)
    WHERE p = asked OR p.role = 'TOOL' RETURN t ORDER BY t.id LIMIT 1
  }) AS own,
  head(COLLECT { MATCH (p)<-[:ASKED]-(s:Subtask) RETURN s }) AS asking,
  // What a person wrote in place of another message is nobody's answer; the change with the next number says who asked for it.
  EXISTS { (m)-[:REVISES]->() } AS written,
  head(COLLECT { MATCH (e:Change {conversationId: m.conversationId, seq: m.seq + 1}) WHERE e.subjectId = m.id RETURN e.idempotencyKey }) AS key,
  // Of the calls of a task of one prompt, only the answer is of the chat.
  EXISTS { (m)<-[:YIELDED]-(a:Attempt) WHERE a.status <> 'SUCCEEDED' } AS refused
WITH id, inside, refused, answered, key, answering IS NOT NULL AS yielded, CASE WHEN m:Prompt OR NOT written THEN own END AS own,
  CASE WHEN m:Prompt OR NOT written THEN coalesce(answering, asking) END AS s
RETURN id, {
  taskId: coalesce(answered.id, CASE WHEN NOT yielded THEN own.id END, head(COLLECT { MATCH (s)<-[:HAS_SUBTASK]-(t:Task) RETURN t.id }), own.id),
  subtaskId: CASE WHEN inside OR refused THEN s.id END,
  key: key
} AS origin
