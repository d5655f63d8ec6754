// A prompt is about spans of what its task reads; they lie inside their source, and are not empty.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (p:Prompt)-[about:ABOUT]->(source:Source)
WHERE about.start IS NULL OR about.end IS NULL OR NOT 0 <= about.start < about.end OR about.end > source.length
  OR NOT (EXISTS { (p)<-[:ASKED]-(t:Task) WHERE EXISTS { (t)-[:READS]->(source) } }
    OR EXISTS { (p)<-[:ASKED]-(:Subtask)<-[:HAS_SUBTASK]-(t) WHERE EXISTS { (t)-[:READS]->(source) } })
RETURN count(*) AS count, collect(p.id)[..5] AS ids
