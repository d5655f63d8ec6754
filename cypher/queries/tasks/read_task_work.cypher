// What the executor needs of a task: its settings, its prompt, and where the sources are.
CYPHER 25
MATCH (t:Task {id: $taskId})<-[:HAS_TASK]-(c:Conversation)
MATCH (t)-[:ASKED]->(p:Prompt)
RETURN t {.id, .type, .strategy, .status, .config, .plan, .unfinished, conversationId: c.id, ownerId: c.ownerId,
  promptId: p.id, role: p.role, content: p.content, toolCallId: p.toolCallId, isError: p.isError, promptTitle: p.title,
  sources: COLLECT { MATCH (t)-[r:READS]->(s:Source) RETURN s {.id, .name, .mediaType, .length} ORDER BY r.index }} AS task
