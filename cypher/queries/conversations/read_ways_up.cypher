// The messages from each of these prompts up to a depth, each with those that it continues or answers.
CYPHER 25
UNWIND $batch.rows AS row
MATCH (p:Message {id: row.id, ownerId: $ownerId})
MATCH (p) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth >= row.upto)){0,} (m)
WITH DISTINCT m LIMIT $most
RETURN m.id AS id, m.depth AS depth, COLLECT { MATCH (m)-[:CONTINUES|RESPONDS_TO]->(up:Message) RETURN up.id } AS parents
