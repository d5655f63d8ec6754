// A claim is of one summary, says something of a known kind, and stands on what its summary covers.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (k:Claim)
WHERE COUNT { (k)<-[:CLAIMS]-(:Summary) } <> 1 OR NOT coalesce(k.kind, '') IN ['DECISION', 'OPEN_QUESTION', 'FACT']
  OR coalesce(k.text, '') = '' OR k.index IS NULL OR NOT EXISTS { (k)-[:STANDS_ON]->() }
  OR EXISTS { MATCH (s)-[:CLAIMS]->(k)-[:STANDS_ON]->(x) WHERE NOT EXISTS { (s)-[:SUMMARIZES]->(x) } }
RETURN count(*) AS count, collect(k.id)[..5] AS ids
