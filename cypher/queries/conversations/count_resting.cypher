// What would go with these tasks, messages and summaries besides themselves, by label; and the branches that point at any of it.
CYPHER 25
WITH COLLECT { UNWIND $tasks AS id MATCH (t:Task {id: id}) RETURN t } AS tasks,
  COLLECT { UNWIND $messages AS id MATCH (m:Message {id: id}) RETURN m } AS messages,
  COLLECT { UNWIND $summaries AS id MATCH (s:Summary {id: id}) RETURN s } AS summaries
WITH *, COLLECT { UNWIND tasks AS t MATCH (t)-[:READS]->(s:Source) WHERE s.id <> $subjectId RETURN s
    UNION MATCH (:Document {id: $subjectId})-[:HAS_VERSION]->(s:Source) RETURN s } AS read,
  COLLECT { UNWIND tasks AS t MATCH (t)-[:FILLED_IN]->(x:Template) RETURN DISTINCT x } AS templates,
  COLLECT { UNWIND tasks AS t MATCH (t)-[:OFFERS]->(x:Tool) RETURN x
    UNION UNWIND messages AS m MATCH (m)-[:CALLED]->(x:Tool) RETURN x } AS tools
WITH *, [t IN tasks | t.conversationId] AS places
WITH *, [s IN read WHERE NOT EXISTS { (s)<-[:READS]-(x) WHERE NOT x IN tasks }
  AND NOT EXISTS { (s)<-[:HAS_VERSION]-(d) WHERE d.id <> $subjectId AND NOT d.conversationId IN places }] AS sources
RETURN {
  subtasks: COUNT { UNWIND tasks AS t MATCH (t)-[:HAS_SUBTASK]->(s) RETURN s },
  attempts: COUNT { UNWIND tasks AS t MATCH (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a) RETURN a },
  runs: COUNT { UNWIND tasks AS t MATCH (t)-[:HAD_RUN]->(run) RETURN run },
  taskEvents: COUNT { UNWIND tasks AS t MATCH (x:TaskEvent) WHERE x.taskId = t.id AND x.seq >= 0 RETURN x },
  claims: COUNT { UNWIND summaries AS s MATCH (s)-[:CLAIMS]->(k) RETURN k },
  strategies: COUNT { UNWIND tasks AS t MATCH (t)-[:MADE]->(s:Strategy) RETURN DISTINCT s },
  sources: size(sources),
  documents: COUNT {
    CALL (sources) { UNWIND sources AS s MATCH (s)<-[:HAS_VERSION]-(d) RETURN d UNION MATCH (:Source {id: $subjectId})<-[:HAS_VERSION]-(d) RETURN d }
    WITH DISTINCT d, sources
    WHERE d.id <> $subjectId AND NOT EXISTS { (d)-[:HAS_VERSION]->(x) WHERE NOT x IN sources AND x.id <> $subjectId } RETURN d },
  templates: size([x IN templates WHERE NOT EXISTS { (x)<-[:FILLED_IN]-(t) WHERE NOT t IN tasks }]),
  tools: size([x IN tools WHERE NOT EXISTS { (x)<-[:OFFERS|CALLED]-(y) WHERE NOT y IN tasks AND NOT y IN messages }]),
  annotations: COUNT { UNWIND messages AS m MATCH (m)<-[:ON]-(:Annotation) RETURN m }
} AS counts, [t IN tasks WHERE t.unfinished | t.id] AS cancels, size(read) - size(sources) AS sharedSources,
  COLLECT { UNWIND messages AS m MATCH (m)<-[:HEAD]-(b:Branch)-[:BRANCH_OF]->(c)
    RETURN {head: m.id, branchId: b.id, defaultId: c.defaultBranchId, conversationId: c.id} } AS heads
