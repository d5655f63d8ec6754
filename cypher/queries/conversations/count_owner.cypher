// What would be deleted with all that an owner has, by label, and which tasks are at work.
CYPHER 25
WITH COLLECT { MATCH (c:Conversation) WHERE c.ownerId = $ownerId AND c.id > '' RETURN c } AS chats
WITH chats, COLLECT { UNWIND chats AS c MATCH (c)-[:HAS_TASK|HAD_TASK]->(t:Task) RETURN t } AS tasks
WITH *, COLLECT { MATCH (s:Source) WHERE s.ownerId = $ownerId AND s.sha256 >= '' RETURN s } AS sources,
  COLLECT { UNWIND tasks AS t MATCH (t)-[:FILLED_IN]->(x:Template) RETURN DISTINCT x } AS templates
RETURN {
  conversations: size(chats),
  prompts: COUNT { UNWIND chats AS c MATCH (c)<-[:IN_CONVERSATION]-(m:Prompt) RETURN m },
  responses: COUNT { UNWIND chats AS c MATCH (c)<-[:IN_CONVERSATION]-(m:Response) RETURN m },
  branches: COUNT { UNWIND chats AS c MATCH (c)<-[:BRANCH_OF]-(b:Branch) RETURN b },
  tasks: size(tasks),
  subtasks: COUNT { UNWIND tasks AS t MATCH (t)-[:HAS_SUBTASK]->(s) RETURN s },
  attempts: COUNT { UNWIND tasks AS t MATCH (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a) RETURN a },
  runs: COUNT { UNWIND tasks AS t MATCH (t)-[:HAD_RUN]->(run) RETURN run },
  taskEvents: COUNT { UNWIND tasks AS t MATCH (x:TaskEvent) WHERE x.taskId = t.id AND x.seq >= 0 RETURN x },
  changes: COUNT { UNWIND chats AS c MATCH (x:Change) WHERE x.conversationId = c.id AND x.seq >= 0 RETURN x },
  summaries: COUNT { UNWIND chats AS c MATCH (s:Summary) WHERE s.conversationId = c.id AND s.kind >= '' AND s.id > '' RETURN s },
  claims: COUNT { UNWIND chats AS c MATCH (s:Summary)-[:CLAIMS]->(k) WHERE s.conversationId = c.id AND s.kind >= '' AND s.id > '' RETURN k },
  strategies: COUNT { MATCH (s:Strategy) WHERE s.ownerId = $ownerId AND s.origin >= '' AND s.createdAt IS NOT NULL AND s.id > '' },
  sources: size(sources),
  documents: COUNT { UNWIND chats AS c MATCH (d:Document) WHERE d.conversationId = c.id AND d.name >= '' RETURN d },
  templates: size([x IN templates WHERE NOT EXISTS { (x)<-[:FILLED_IN]-(t) WHERE t.ownerId <> $ownerId }]),
  tools: COUNT { MATCH (x:Tool) WHERE x.ownerId = $ownerId AND x.name >= '' },
  drafts: COUNT { MATCH (d:Draft) WHERE d.ownerId = $ownerId },
  imports: COUNT { MATCH (i:Import) WHERE i.ownerId = $ownerId AND i.id > '' },
  annotations: COUNT { UNWIND chats AS c MATCH (c)<-[:IN_CONVERSATION]-(:Message)<-[:ON]-(n:Annotation) RETURN n }
} AS counts, [t IN tasks WHERE t.unfinished | t.id] AS cancels, 0 AS sharedSources
