// What of the tasks that have arrived would break a promise of the graph.
CYPHER 25
CALL () {
  MATCH (t:Incoming) WHERE t.incomingTo = $deliveryId AND t.incomingAs = 'Task' AND t.incomingId >= ''
  WITH t, COUNT { (t)-[:RESULTED_IN]->() } AS answers, t.status IN ['SUCCEEDED', 'PARTIAL'] AS answered
  WITH t, CASE
    WHEN COUNT { (t)<-[:HAS_TASK]-() } <> 1 THEN 'has not one HAS_TASK'
    WHEN COUNT { (t)-[:ASKED]->() } <> CASE WHEN t.heldContent IS NULL THEN 1 ELSE 0 END THEN 'asked not one prompt, and holds none'
    WHEN t.heldContent IS NOT NULL AND NOT EXISTS { (t)-[:AWAITS]->() } THEN 'holds its prompt and awaits nothing'
    WHEN t.heldContent IS NULL AND EXISTS { (t)-[:HELD_FOR]->() } THEN 'is HELD_FOR a branch and holds no prompt'
    WHEN COUNT { (t)-[:FILLED_IN]->() } <> 1 THEN 'is not FILLED_IN one template'
    WHEN answers > 1 OR (answers > 0 AND NOT answered AND NOT EXISTS { (t)-[:HAD_RUN]->()-[:RESULTED_IN]->()<-[:RESULTED_IN]-(t) })
      OR EXISTS { (t)-[:RESULTED_IN]->(r) WHERE NOT EXISTS { (t)-[:ASKED]->()<-[:RESPONDS_TO]-(r) } } THEN 'has an answer that is not to its prompt, or more than one'
    WHEN answers = 0 AND t.status = 'SUCCEEDED' AND (t.aggregation <> 'NONE' OR t.strategy = 'NONE')
      AND NOT coalesce(t.plan CONTAINS '"aggregation":"NONE"', false) THEN 'succeeded and has no answer'
    WHEN EXISTS { (t)-[:RESULTED_IN]->(r) WHERE (t.status = 'SUCCEEDED') <> (r.status = 'COMPLETE') AND answered } THEN 'has an answer that is not as whole as it'
    WHEN t.finishedAt IS NULL OR t.finishedAt < coalesce(t.startedAt, t.createdAt) OR t.startedAt < t.createdAt THEN 'has not its times in order'
    WHEN (t.status IN ['FAILED', 'PARTIAL'] AND t.error IS NULL) OR (t.status = 'SUCCEEDED' AND (t.error IS NOT NULL OR t.errorCode IS NOT NULL))
      OR (t.errorCode IS NOT NULL AND t.error IS NULL) THEN 'does not say why it failed, or says that it did'
    WHEN COLLECT { MATCH (t)-[r:READS]->() RETURN r.index ORDER BY r.index } <> range(0, COUNT { (t)-[:READS]->() } - 1) THEN 'reads what is not numbered from 0 on'
    WHEN COLLECT { MATCH (t)-[r:OFFERS]->() RETURN r.index ORDER BY r.index } <> range(0, COUNT { (t)-[:OFFERS]->() } - 1) THEN 'offers tools that are not numbered from 0 on'
    WHEN COLLECT { MATCH (t)-[:HAD_RUN]->(r) RETURN r.number ORDER BY r.number } <> range(1, coalesce(t.retries, 0)) THEN 'has not as many runs as retries'
    WHEN EXISTS { (t)-[:REPLAYS_ATTEMPT]->(a) WHERE a.id <> t.replayOf } OR EXISTS { (t)-[:FOLLOWED]->(s) WHERE s.plan <> t.plan } THEN 'does not replay or follow what it says'
  END AS why
  WHERE why IS NOT NULL
  RETURN t AS n, why LIMIT 20
  UNION ALL
  MATCH (s:Incoming) WHERE s.incomingTo = $deliveryId AND s.incomingAs = 'Summary' AND s.incomingId >= ''
  WITH s, COLLECT { MATCH (s)-[:SUMMARIZES]->{1,8}(m {incomingTo: $deliveryId}) WHERE m.seq IS NOT NULL RETURN DISTINCT m.depth AS depth ORDER BY depth } AS covered
  WHERE COUNT { (s)<-[:SUMMARIZED]-() } <> 1 OR covered = [] OR COLLECT { MATCH (s)-[:ENDS_AT]->(m) RETURN m.depth } <> [covered[-1]]
    OR COLLECT { MATCH (s)-[:BEGINS_AT]->(m) RETURN m.depth } <> [covered[0]]
  RETURN s AS n, 'is not of one task, from the oldest to the newest message that it covers' AS why LIMIT 20
  UNION ALL
  MATCH (s:Incoming) WHERE s.incomingTo = $deliveryId AND s.incomingAs = 'Summary' AND s.incomingId >= '' AND s.kind = 'STRETCH' AND s.level = 1
  WITH s, COLLECT { MATCH (s)-[:SUMMARIZES]->(m) RETURN m ORDER BY m.depth } AS line
  WHERE size(line) <> s.messages OR any(i IN range(1, size(line) - 1) WHERE
      NOT EXISTS { WITH line[i] AS m, line[i - 1] AS up MATCH (m)-[:CONTINUES|RESPONDS_TO]->(up) })
    OR any(m IN line WHERE COUNT { (m)<-[:SUMMARIZES]-({kind: 'STRETCH'}) } > 1)
  RETURN s AS n, 'covers messages that are not one line, or that another covers' AS why LIMIT 20
  UNION ALL
  MATCH (k:Incoming) WHERE k.incomingTo = $deliveryId AND k.incomingAs = 'Claim' AND k.incomingId >= ''
  WITH k WHERE COUNT { (k)<-[:CLAIMS]-() } <> 1 OR NOT EXISTS { (k)-[:STANDS_ON]->() }
    OR EXISTS { MATCH (s)-[:CLAIMS]->(k)-[:STANDS_ON]->(x) WHERE NOT EXISTS { (s)-[:SUMMARIZES]->(x) } }
  RETURN k AS n, 'does not stand on what its summary covers' AS why LIMIT 20
}
RETURN collect([n.incomingAs, n.incomingId, why]) AS found
