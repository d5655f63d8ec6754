// What of the subtasks, calls and spans that have arrived would break a promise of the graph.
CYPHER 25
CALL () {
  MATCH (s:Incoming) WHERE s.incomingTo = $deliveryId AND s.incomingAs = 'Subtask' AND s.incomingId >= ''
  WITH s, COUNT { (s)-[:ATTEMPTED]->({status: 'SUCCEEDED'}) } + COUNT { (s)-[:REUSED]->() } AS answers,
    COLLECT { MATCH (s)-[:ATTEMPTED]->(a) RETURN a.number ORDER BY a.number } AS numbers
  WITH s, CASE
    WHEN COUNT { (s)<-[:HAS_SUBTASK]-(t) WHERE t.id = s.taskId } <> 1 OR COUNT { (s)<-[:HAS_SUBTASK]-() } <> 1 THEN 'is not of the one task that it names'
    WHEN (s.status IN ['SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED']) <> (s.finishedAt IS NOT NULL) OR s.finishedAt IS NULL THEN 'has not ended though its task has'
    WHEN EXISTS { (s)-[:DEPENDS_ON]->(d) WHERE d.index >= s.index OR d.taskId <> s.taskId } THEN 'depends on what is not before it in its task'
    WHEN answers > 1 OR (s.status = 'SUCCEEDED' AND answers = 0) OR (answers = 1 AND NOT s.status IN ['SUCCEEDED', 'CANCELLED']) THEN 'has not just the answer that its status says'
    WHEN numbers <> range(1, size(numbers)) THEN 'has calls that are not numbered from 1 on'
    WHEN COUNT { (s)-[:ASKED]->() } <> toInteger(numbers <> [] OR EXISTS { (s)-[:REUSED]->()-[:RESPONDS_TO]->()<-[:ASKED]-(s) }) THEN 'asked not just one prompt'
    WHEN (s.status IN ['FAILED', 'SKIPPED'] AND s.error IS NULL) OR (s.status = 'SUCCEEDED' AND (s.error IS NOT NULL OR s.errorCode IS NOT NULL)) THEN 'does not say why it failed, or says that it did'
    WHEN COLLECT { MATCH (s)-[c:COVERS]->() RETURN c.index ORDER BY c.index } <> range(0, COUNT { (s)-[:COVERS]->() } - 1) THEN 'covers what is not numbered from 0 on'
  END AS why
  WHERE why IS NOT NULL
  RETURN s AS n, why LIMIT 20
  UNION ALL
  MATCH (t:Incoming) WHERE t.incomingTo = $deliveryId AND t.incomingAs = 'Task' AND t.incomingId >= '' AND EXISTS { (t)-[:HAS_SUBTASK]->() }
  WITH t, COLLECT { MATCH (t)-[:HAS_SUBTASK]->(s) RETURN s.index ORDER BY s.index } AS places
  WHERE places <> range(0, size(places) - 1) OR COUNT { MATCH (t)-[:HAS_SUBTASK]->(s) RETURN DISTINCT s.key } <> size(places)
  RETURN t AS n, 'has subtasks that are not numbered from 0 on, each with a key of its own' AS why LIMIT 20
  UNION ALL
  MATCH (a:Incoming) WHERE a.incomingTo = $deliveryId AND a.incomingAs = 'Attempt' AND a.incomingId >= ''
  WITH a, CASE
    WHEN COUNT { (a)<-[:ATTEMPTED]-() } + COUNT { (a)<-[:PAID]-() } <> 1 OR COUNT { (a)-[:USED]->() } <> 1 THEN 'is not of one subtask and one model'
    WHEN a.finishedAt IS NULL OR a.finishedAt < a.startedAt OR a.status = 'RUNNING' THEN 'has not ended, or before it began'
    WHEN (a.status = 'SUCCEEDED') <> (a.errorCode IS NULL) OR (a.status = 'SUCCEEDED') <> (a.error IS NULL) THEN 'does not say why it failed, or says that it did'
    WHEN COUNT { (a)-[:YIELDED]->() } > 1 OR (a.status = 'SUCCEEDED' AND NOT EXISTS { (a)-[:YIELDED]->() } AND NOT EXISTS { (a)<-[:PAID]-() })
      OR EXISTS { (a)-[:YIELDED]->(r) WHERE COUNT { (r)<-[:YIELDED]-() } > 1 OR NOT EXISTS { (r)-[:RESPONDS_TO]->()<-[:ASKED]-()-[:ATTEMPTED]->(a) } } THEN 'yielded not just one answer to its prompt'
    WHEN NOT EXISTS { (a)<-[:PAID]-() } AND NOT EXISTS { (a)<-[:ATTEMPTED]-()-[:ASKED]->(p) WHERE EXISTS { (a)-[:SAW]->(m) WHERE m.depth <= p.depth } } THEN 'saw no message of its path'
    WHEN a.status = 'SUCCEEDED' AND (a.latencyMs IS NULL OR a.queueMs IS NULL OR a.outputTokens IS NULL OR a.inputTokens IS NULL) THEN 'succeeded and was not measured'
    WHEN any(x IN [a.latencyMs, a.queueMs, a.timeToFirstTokenMs, a.inputTokens, a.outputTokens, a.cachedTokens, a.costUsd] WHERE x < 0)
      OR a.timeToFirstTokenMs > a.latencyMs + 1 OR a.cachedTokens > a.inputTokens THEN 'has measures that make no sense'
  END AS why
  WHERE why IS NOT NULL
  RETURN a AS n, why LIMIT 20
  UNION ALL
  MATCH (n:Incoming) WHERE n.incomingTo = $deliveryId AND n.incomingAs IN ['Prompt', 'Subtask'] AND n.incomingId >= ''
  MATCH (n)-[r:ABOUT|COVERS]->(source:Source) WHERE r.start IS NULL OR r.end IS NULL OR NOT 0 <= r.start < r.end OR r.end > source.length
  RETURN n, 'is about a span that is not in its source' AS why LIMIT 20
  UNION ALL
  MATCH (n:Incoming) WHERE n.incomingTo = $deliveryId AND n.incomingAs >= '' AND n.incomingId >= ''
  WITH n WHERE n.incomingAs <> 'Change' AND n.incomingAs <> 'Conversation' AND n.incomingAs <> 'Erasure' AND NOT EXISTS { (n)--() }
    OR EXISTS { (n)-->(it) WHERE it = n }
    OR COUNT { (n)-[e]->() WHERE NOT type(e) IN ['READS', 'ABOUT', 'COVERS', 'CALLED', 'OFFERS', 'REFERENCES'] }
      <> COUNT { MATCH (n)-[e]->(b) WHERE NOT type(e) IN ['READS', 'ABOUT', 'COVERS', 'CALLED', 'OFFERS', 'REFERENCES'] RETURN DISTINCT type(e), b }
  RETURN n, 'is tied to nothing, to itself, or twice to the same' AS why LIMIT 20
  UNION ALL
  MATCH (n:Incoming) WHERE n.incomingTo = $deliveryId AND n.incomingAs IN ['Prompt', 'Response'] AND n.incomingId >= ''
  MATCH (n)-[r:REFERENCES]->(b)
  WITH n, b, r.kind AS kind, r.taskId AS taskId, r.conflict AS conflict, count(*) AS links WHERE links > 1 OR kind IS NULL
  RETURN n, 'has two links of one kind to the same message, or one of no kind' AS why LIMIT 20
}
RETURN collect([n.incomingAs, n.incomingId, why]) AS found
