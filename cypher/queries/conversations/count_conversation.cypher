// What would be deleted with a conversation, by label, and which of its tasks are at work.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
WITH c, COLLECT { MATCH (c)-[:HAS_TASK|HAD_TASK]->(t:Task) RETURN t } AS tasks
WITH c, tasks, COLLECT { UNWIND tasks AS t MATCH (t)-[:READS]->(s:Source) RETURN s
    UNION MATCH (d:Document)-[:HAS_VERSION]->(s:Source) WHERE d.conversationId = c.id AND d.name >= '' RETURN s } AS read,
  COLLECT { UNWIND tasks AS t MATCH (t)-[:FILLED_IN]->(x:Template) RETURN DISTINCT x } AS templates,
  COLLECT { UNWIND tasks AS t MATCH (t)-[:OFFERS]->(x:Tool) RETURN x
    UNION MATCH (c)<-[:IN_CONVERSATION]-(:Response)-[:CALLED]->(x:Tool) RETURN x } AS tools
WITH *, [s IN read WHERE NOT EXISTS { (s)<-[:READS|HAS_VERSION]-(x) WHERE coalesce(x.conversationId, '') <> c.id }] AS sources
RETURN {
  conversations: 1,
  prompts: COUNT { (c)<-[:IN_CONVERSATION]-(:Prompt) },
  responses: COUNT { (c)<-[:IN_CONVERSATION]-(:Response) },
  branches: COUNT { (c)<-[:BRANCH_OF]-(:Branch) },
  tasks: size(tasks),
  subtasks: COUNT { UNWIND tasks AS t MATCH (t)-[:HAS_SUBTASK]->(s) RETURN s },
  attempts: COUNT { UNWIND tasks AS t MATCH (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a) RETURN a },
  runs: COUNT { UNWIND tasks AS t MATCH (t)-[:HAD_RUN]->(run) RETURN run },
  taskEvents: COUNT { UNWIND tasks AS t MATCH (x:TaskEvent) WHERE x.taskId = t.id AND x.seq >= 0 RETURN x },
  changes: COUNT { MATCH (x:Change) WHERE x.conversationId = c.id AND x.seq >= 0 RETURN x },
  summaries: COUNT { MATCH (s:Summary) WHERE s.conversationId = c.id AND s.kind >= '' AND s.id > '' RETURN s },
  claims: COUNT { MATCH (s:Summary)-[:CLAIMS]->(k) WHERE s.conversationId = c.id AND s.kind >= '' AND s.id > '' RETURN k },
  strategies: COUNT { UNWIND tasks AS t MATCH (t)-[:MADE]->(s:Strategy) RETURN DISTINCT s },
  sources: size(sources),
  documents: COUNT { MATCH (d:Document) WHERE d.conversationId = c.id AND d.name >= '' },
  templates: size([x IN templates WHERE NOT EXISTS { (x)<-[:FILLED_IN]-(t) WHERE t.conversationId <> c.id }]),
  tools: size([x IN tools WHERE NOT EXISTS { (x)<-[:OFFERS|CALLED]-(y) WHERE y.conversationId <> c.id }]),
  annotations: COUNT { (c)<-[:IN_CONVERSATION]-(:Message)<-[:ON]-(:Annotation) }
} AS counts, [t IN tasks WHERE t.unfinished | t.id] AS cancels, size(read) - size(sources) AS sharedSources
