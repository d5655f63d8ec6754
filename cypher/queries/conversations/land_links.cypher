// Tie messages that have arrived to messages of other conversations of their owner's; how many are tied then.
CYPHER 25
UNWIND $rows AS row
MATCH (a:Message) WHERE a.id IN row.fromIds AND a.ownerId = $ownerId
MATCH (b:Message) WHERE b.id IN row.toIds AND b.ownerId = $ownerId
CALL (row, a, b) {
  WITH * WHERE NOT EXISTS { (a)-[r]->(it) WHERE it = b AND type(r) = row.type AND coalesce(r.kind, '') = coalesce(row.properties.kind, '') }
  CREATE (a)-[r:$(row.type)]->(b)
  SET r = row.properties
  // A link knows its ends.
  SET r += CASE WHEN row.type = 'REFERENCES' THEN {fromId: a.id, toId: b.id} ELSE {} END
}
RETURN count(*) AS written
