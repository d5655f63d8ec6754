// What each of these messages was written for: its task, and its subtask if it is not of the chat itself.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
OPTIONAL MATCH (m)-[:RESPONDS_TO]->(answered:Prompt)
WITH id, m, coalesce(answered, m) AS p
WITH id, m, p, EXISTS { (p)-[:DECOMPOSES]->() } AS inside,
  // Results of tools stand above the prompt that brought them, or above none but themselves.
  head(COLLECT {
    MATCH (p) (()<-[:CONTINUES]-(x:Prompt)){0,128} (asked:Prompt)<-[:ASKED]-(t:Task)
    WHERE p = asked OR p.role = 'TOOL' RETURN t LIMIT 1
  }) AS own,
  head(COLLECT { MATCH (p)<-[:ASKED]-(s:Subtask) RETURN s }) AS s,
  // Of the calls of a task of one prompt, only the answer is of the chat.
  EXISTS { (m)<-[:YIELDED]-(a:Attempt) WHERE a.status <> 'SUCCEEDED' } AS refused
RETURN id, {
  taskId: coalesce(own.id, head(COLLECT { MATCH (s)<-[:HAS_SUBTASK]-(t:Task) RETURN t.id })),
  subtaskId: CASE WHEN inside OR refused THEN s.id END
} AS origin
