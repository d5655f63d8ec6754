// What of the branches, documents and annotations that have arrived would break a promise of the graph.
CYPHER 25
CALL () {
  MATCH (b:Incoming) WHERE b.incomingTo = $deliveryId AND b.incomingAs = 'Branch' AND b.incomingId >= ''
  WITH b, CASE
    WHEN COUNT { (b)-[:BRANCH_OF]->() } <> 1 THEN 'is not BRANCH_OF its conversation'
    WHEN COUNT { (b)-[:HEAD]->() } <> toInteger(EXISTS { (b)-[:BRANCH_OF]->()-[:STARTS_WITH]->() }) THEN 'has not one HEAD'
    WHEN EXISTS { (b)-[:HEAD]->(h) WHERE EXISTS { (h)-[:DECOMPOSES]->() } OR EXISTS { (h)-[:RESPONDS_TO]->()-[:DECOMPOSES]->() } } THEN 'points at a message of a subtask'
  END AS why
  WHERE why IS NOT NULL
  RETURN b AS n, why LIMIT 20
  UNION ALL
  MATCH (c:Incoming) WHERE c.incomingTo = $deliveryId AND c.incomingAs = 'Conversation' AND c.incomingId >= ''
  WITH c, CASE
    WHEN NOT EXISTS { (c)<-[:BRANCH_OF]-(b) WHERE b.id = coalesce(c.defaultBranchId, $mainBranches[c.incomingId]) } THEN 'has no default branch'
    WHEN COUNT { (c)<-[:BRANCH_OF]-() } <> COUNT { MATCH (c)<-[:BRANCH_OF]-(b) RETURN DISTINCT b.name } THEN 'has two branches of one name'
    WHEN c.updatedAt < c.createdAt THEN 'is updated before it was made'
  END AS why
  WHERE why IS NOT NULL
  RETURN c AS n, why
  UNION ALL
  MATCH (d:Incoming) WHERE d.incomingTo = $deliveryId AND d.incomingAs = 'Document' AND d.incomingId >= ''
  WITH d, COLLECT { MATCH (d)-[v:HAS_VERSION]->(s) RETURN [v.number, v.since, s.id] ORDER BY v.number } AS versions
  WHERE versions = [] OR last(versions)[0] <> d.versions OR COLLECT { MATCH (d)-[:NEWEST]->(s) RETURN s.id } <> [last(versions)[2]]
    OR any(i IN range(1, size(versions) - 1) WHERE versions[i][1] < versions[i - 1][1] OR versions[i][0] <= versions[i - 1][0])
    OR COUNT { (d)-[:IN_CONVERSATION]->() } <> 1
  RETURN d AS n, 'has not its versions in order, the newest last' AS why LIMIT 20
  UNION ALL
  MATCH (d:Incoming) WHERE d.incomingTo = $deliveryId AND d.incomingAs = 'Document' AND d.incomingId >= ''
  WITH d.conversationId AS place, d.name AS name, collect(d)[..2] AS same WHERE size(same) > 1
  RETURN same[1] AS n, 'has the name of another document' AS why LIMIT 20
  UNION ALL
  MATCH (a:Incoming) WHERE a.incomingTo = $deliveryId AND a.incomingAs = 'Annotation' AND a.incomingId >= ''
  WITH a WHERE COUNT { (a)-[:ON]->() } <> 1 OR NOT EXISTS { (a)-[:ON]->(m) WHERE m.id = a.messageId }
    OR COUNT { (a)-[:ON]->()<-[:ON]-(b) WHERE b.annotator = a.annotator } > 0
    OR coalesce(a.rating, a.label, a.comment) IS NULL OR NOT -1 <= coalesce(a.rating, 0) <= 1
  RETURN a AS n, 'is not on one message, the only one of its annotator there, or says nothing' AS why LIMIT 20
}
RETURN collect([n.incomingAs, n.incomingId, why]) AS found
