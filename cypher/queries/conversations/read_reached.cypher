// Which of these messages a branch's head reaches, going no higher than a depth.
CYPHER 25
MATCH (b:Branch {id: $branchId})-[:BRANCH_OF]->(c:Conversation {ownerId: $ownerId})
MATCH (b)-[:HEAD]->(h:Message)
MATCH (h) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth >= $depth)){0,} (m)
WITH DISTINCT m LIMIT $most
WHERE m.id IN $batch.ids
RETURN collect(m.id) AS ids
