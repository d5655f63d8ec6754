// Which pinned messages are above some messages, no less deep than a depth.
CYPHER 25
UNWIND $ids AS id
MATCH (start:Message {id: id, ownerId: $ownerId})
MATCH (start) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth >= $lowest)){1,} (m)
WITH DISTINCT m WHERE m.pinned
RETURN collect(m.id) AS ids
