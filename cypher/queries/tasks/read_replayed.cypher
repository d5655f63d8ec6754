// An attempt of the owner as one that is sent again: its prompt, its task, and what it was asked with.
CYPHER 25
MATCH (a:Attempt {id: $attemptId, ownerId: $ownerId})<-[:ATTEMPTED]-(s:Subtask)<-[:HAS_SUBTASK]-(t:Task)
MATCH (s)-[:ASKED]->(p:Prompt)
RETURN {
  attemptId: a.id, taskId: t.id, kind: s.kind, own: s {.responseFormat, .responseSchema},
  model: head(COLLECT { MATCH (a)-[:USED]->(m:Model) RETURN m.id }),
  conversationId: p.conversationId, promptId: p.id, content: p.content,
  promptRole: p.role, toolCallId: p.toolCallId, isError: p.isError
} AS replayed
