// What the runner needs of each subtask: what to ask, and which attempts were made.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (s:Subtask {id: id})<-[:HAS_SUBTASK]-(t:Task)
WITH s, t,
  COLLECT {
    MATCH (s)-[needs:DEPENDS_ON]->(u:Subtask) WHERE needs.place IS NOT NULL
    CALL (u) {
      MATCH (u)-[:ATTEMPTED]->(a:Attempt {status: 'SUCCEEDED'})-[:YIELDED]->(r:Response)
      RETURN r ORDER BY a.number DESC LIMIT 1
      UNION ALL
      MATCH (u)-[:REUSED]->(r:Response)
      RETURN r
    }
    RETURN {key: u.key, title: u.title, id: r.id, text: r.content} ORDER BY needs.place
  } AS answers,
  COLLECT {
    MATCH (s)-[covers:COVERS]->(:Source)
    RETURN [covers.reading, covers.start, covers.end, covers.label] ORDER BY covers.index
  } AS spans,
  COLLECT { MATCH (s)-[:ATTEMPTED]->(a:Attempt)-[:USED]->(m:Model) RETURN [a.number, a.status, m.id] } AS attempts,
  // Since when it could have been asked: the last that it depends on has ended, or the task was made or retried.
  coalesce(
    reduce(last = t.retriedAt, ended IN COLLECT { MATCH (s)-[:DEPENDS_ON]->(d:Subtask) RETURN d.finishedAt } |
      CASE WHEN last IS NULL OR ended > last THEN ended ELSE last END),
    s.createdAt).epochMillis AS readyAt
RETURN collect(s {.id, .kind, .title, .status, .part, .parts, .brief, .item, .model,
  .responseFormat, .responseSchema, .retriedAfter, readyAt: readyAt, answers: answers,
  spans: spans, attempts: attempts, promptId: head(COLLECT { MATCH (s)-[:ASKED]->(p:Prompt) RETURN p.id })}) AS found
