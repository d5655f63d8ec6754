// A response responds to one prompt, and stands below nothing else.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (r:Response)
WHERE COUNT { (r)-[:RESPONDS_TO]->(:Prompt) } <> 1 OR COUNT { (r)-[:RESPONDS_TO|CONTINUES|DECOMPOSES]->() } <> 1
RETURN count(*) AS count, collect(r.id)[..5] AS ids
