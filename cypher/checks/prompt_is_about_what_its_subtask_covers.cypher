// The prompt of a subtask is about just the spans that the subtask covers.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (s:Subtask)-[:ASKED]->(p) WHERE NOT s.kind IN ['direct', 'summary']
  AND COLLECT { MATCH (s)-[c:COVERS]->(x) RETURN [x.id, c.start, c.end] ORDER BY x.id, c.start, c.end }
    <> COLLECT { MATCH (p)-[a:ABOUT]->(x) RETURN [x.id, a.start, a.end] ORDER BY x.id, a.start, a.end }
RETURN count(*) AS count, collect(s.id)[..5] AS ids
