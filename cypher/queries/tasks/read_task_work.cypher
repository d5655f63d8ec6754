// What the executor needs of a task: its settings, its prompt, and where the sources are.
CYPHER 25
MATCH (t:Task {id: $taskId})<-[:HAS_TASK]-(c:Conversation)
// One that waits for its turn has its prompt still with it.
OPTIONAL MATCH (t)-[:ASKED]->(p:Prompt)
RETURN t {.*, conversationId: c.id, ownerId: c.ownerId,
  promptId: p.id, role: coalesce(p.role, 'USER'), content: coalesce(p.content, t.heldContent), toolCallId: p.toolCallId, isError: p.isError, promptTitle: coalesce(p.title, t.heldTitle),
  sources: COLLECT {
    MATCH (t)-[r:READS]->(s:Source) RETURN r {.index, .name, .mediaType, sourceId: s.id, sha256: s.sha256, length: s.length} ORDER BY r.index
  },
  tools: COLLECT {
    MATCH (t)-[o:OFFERS]->(tool:Tool) RETURN {description: o.description, parameters: o.parameters, name: tool.name}
      ORDER BY o.index
  },
  without: COLLECT { MATCH (t)-[:WITHOUT]->(m:Message) RETURN m.id },
  instead: COLLECT { MATCH (t)-[said:INSTEAD]->(m:Message) RETURN {id: m.id, content: said.content} },
  refreshes: head(COLLECT { MATCH (t)-[:REFRESHES]->(former:Task) RETURN former.id }),
  template: head(COLLECT { MATCH (t)-[:FILLED_IN]->(w:Template) RETURN w {.instruction, .reduce} })} AS task
