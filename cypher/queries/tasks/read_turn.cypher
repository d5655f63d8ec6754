// A message of the owner as one that is said in another way: what it is, the prompt of its turn, and the task that asked that.
CYPHER 25
MATCH (m:Message {id: $messageId})-[:IN_CONVERSATION]->(c:Conversation {ownerId: $ownerId})
OPTIONAL MATCH (m)-[:RESPONDS_TO]->(answered:Prompt)
WITH m, c, coalesce(answered, m) AS p
RETURN {
  conversationId: c.id,
  kind: CASE WHEN m:Response THEN 'Response' ELSE 'Prompt' END,
  role: m.role,
  promptId: p.id, promptRole: p.role, toolCallId: p.toolCallId, isError: p.isError, content: p.content,
  attemptId: head(COLLECT { MATCH (m)<-[:YIELDED]-(a:Attempt) RETURN a.id }),
  isInside: EXISTS { (p)-[:DECOMPOSES]->() } OR EXISTS { (p)-[:ABOUT]->(:Message) },
  taskId: head(COLLECT {
    // That of the answer itself, or else the last that asked.
    MATCH (p)<-[:ASKED]-(t:Task)
    RETURN t.id ORDER BY EXISTS { (t)-[:RESULTED_IN]->(m) } OR EXISTS { (m)<-[:YIELDED]-()<-[:ATTEMPTED]-()<-[:HAS_SUBTASK]-(t) } DESC,
      t.replayOf IS NULL DESC, t.id DESC LIMIT 1
  }),
  hasMadePlan: EXISTS { (p)<-[:ASKED]-(:Task)-[:MADE]->() }
} AS turn
