// A prompt continues a message, or is a part of one prompt, or begins its conversation, or asks for a summary; one of these.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (p:Prompt) WHERE p.role <> 'SYSTEM' OR EXISTS { (p)-[:CONTINUES|DECOMPOSES]->() }
WITH p
WHERE toInteger(EXISTS { (p)-[:CONTINUES]->() }) + COUNT { (p)-[:DECOMPOSES]->() } + COUNT { (p)<-[:STARTS_WITH]-() }
  + COUNT { (p)-[:ABOUT]->(:Message) } <> 1
  OR EXISTS { (p)-[:RESPONDS_TO]->() }
RETURN count(*) AS count, collect(p.id)[..5] AS ids
