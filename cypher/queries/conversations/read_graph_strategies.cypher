// These kept plans of an owner and the versions before each, with the answers that they were made from.
CYPHER 25
UNWIND $ids AS id
MATCH (newest:Strategy {id: id, ownerId: $ownerId})-[:SUPERSEDES]->{0,}(s:Strategy)
WITH DISTINCT s ORDER BY s.version
RETURN collect({as: 'Strategy', node: properties(s), out: COLLECT {
  MATCH (s)-[r:SUPERSEDES|MADE_FROM]->(x)
  RETURN [type(r), [name IN labels(x) WHERE name <> 'Message'][0], x.id, properties(r), null, x.conversationId, x.seq] }}) AS rows
