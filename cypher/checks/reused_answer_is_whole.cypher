// What was taken as the answer of a subtask is whole and of its owner, and in its conversation; only such a subtask has no attempt that was accepted.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (t:Task)-[:HAS_SUBTASK]->(s)-[:REUSED]->(r)
WHERE s.status <> 'SUCCEEDED' OR r.status <> 'COMPLETE' OR r.ownerId <> t.ownerId OR r.conversationId <> t.conversationId
  OR s.requestSha256 IS NULL OR EXISTS { (s)-[:ATTEMPTED]->({status: 'SUCCEEDED'}) }
  OR EXISTS { (r)-[:REPEATS]->(x) WHERE x.content <> r.content OR x.ownerId <> r.ownerId }
RETURN count(*) AS count, collect(s.id)[..5] AS ids
