// The response of an attempt that succeeded is COMPLETE, of an invalid one FAILED, of any other PARTIAL; an interrupted one may have come to its end.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (a:Attempt)-[:YIELDED]->(r) WHERE a.status <> 'INTERRUPTED'
  AND r.status <> CASE WHEN a.status = 'SUCCEEDED' THEN 'COMPLETE' WHEN a.errorCode = 'INVALID_ANSWER' THEN 'FAILED' ELSE 'PARTIAL' END
RETURN count(*) AS count, collect(r.id)[..5] AS ids
