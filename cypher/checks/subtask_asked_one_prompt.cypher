// A subtask that was attempted, or said an answer again, and no other, asked one prompt: its task's (kinds direct and summary), or a part of that one, which it alone asked.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (s:Subtask) WHERE COUNT { (s)-[:ASKED]->(:Prompt) } <> toInteger(EXISTS { (s)-[:ATTEMPTED]->() } OR EXISTS { (s)-[:REUSED]->()-[:RESPONDS_TO]->()<-[:ASKED]-(s) })
  RETURN s.id AS id
  UNION ALL
  MATCH (t:Task)-[:HAS_SUBTASK]->(s)-[:ASKED]->(p)
  WHERE (s.kind IN ['direct', 'summary']) <> EXISTS { (p)<-[:ASKED]-(t) } OR (NOT s.kind IN ['direct', 'summary'] AND NOT EXISTS { (p)-[:DECOMPOSES]->()<-[:ASKED]-(t) })
  RETURN s.id AS id
  UNION ALL
  MATCH (p:Prompt)-[:DECOMPOSES]->() WHERE COUNT { (p)<-[:ASKED]-(:Subtask) } <> 1
  RETURN p.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
