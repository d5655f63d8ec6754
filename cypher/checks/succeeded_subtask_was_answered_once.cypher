// A subtask that succeeded has one accepted attempt, whose tokens are its own, or took one answer that was there; no subtask has two; what was answered did not fail.
// Of finished tasks.
CYPHER 25
MATCH (t:Task) WHERE t.unfinished IS NULL
MATCH (t)-[:HAS_SUBTASK]->(s)
WITH s, COUNT { (s)-[:ATTEMPTED]->({status: 'SUCCEEDED'}) } + COUNT { (s)-[:REUSED]->(:Response) } AS answers
WHERE answers > 1 OR (s.status = 'SUCCEEDED' AND answers = 0) OR (answers = 1 AND NOT s.status IN ['SUCCEEDED', 'CANCELLED'])
  OR (s.status = 'SUCCEEDED' AND NOT EXISTS { (s)-[:REUSED]->() } AND NOT EXISTS { (s)-[:ATTEMPTED]->(a {status: 'SUCCEEDED'}) WHERE s.tokens = coalesce(a.outputTokens, 0) })
RETURN count(*) AS count, collect(s.id)[..5] AS ids
