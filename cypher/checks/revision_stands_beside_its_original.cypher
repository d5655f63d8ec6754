// What a person wrote in place of a message is of the same kind, and stands below the same messages as that one; nothing stands in place of two.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (m:Message)-[:REVISES]->(original)
WHERE (m:Prompt) <> (original:Prompt) OR m.depth <> original.depth OR COUNT { (m)-[:REVISES]->() } <> 1
  OR EXISTS { (m)-[:CONTINUES|RESPONDS_TO]->(above) WHERE NOT EXISTS { (original)-[:CONTINUES|RESPONDS_TO]->(above) } }
  OR EXISTS { (original)-[:CONTINUES|RESPONDS_TO]->(above) WHERE NOT EXISTS { (m)-[:CONTINUES|RESPONDS_TO]->(above) } }
RETURN count(*) AS count, collect(m.id)[..5] AS ids
