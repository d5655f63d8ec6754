// Land some kept plans that a delivery has brought, the oldest versions first, each behind the version before it.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId})-[brings:BRINGS]->(s:Strategy) WHERE brings.version IS NOT NULL
WITH d, s, brings.version AS version, brings.currentName AS name, brings.formerId AS formerId
ORDER BY version, s.id LIMIT $limit
CALL (d, s, name, formerId) {
  OPTIONAL MATCH (before:Strategy {id: formerId, ownerId: d.ownerId, name: s.name})
  // This locks it: somebody may be saving a version of it.
  SET before.version = before.version
  WITH d, s, name, before, before.version AS locked
  // Where that is superseded here already, another line begins, and its name stays where it is.
  WITH d, s, name, CASE WHEN NOT EXISTS { (before)<-[:SUPERSEDES]-() } THEN before END AS former
  OPTIONAL MATCH (namesake:Strategy {ownerId: d.ownerId, currentName: name})
  WITH d, s, former, coalesce(former.currentName, CASE WHEN namesake IS NULL OR namesake = s THEN name END) AS currentName
  FOREACH (it IN CASE WHEN former IS NULL THEN [] ELSE [former] END |
    CREATE (s)-[:SUPERSEDES]->(it)
    SET s.version = it.version + 1
    REMOVE it.currentName)
  SET s.currentName = currentName
  WITH d, s
  OPTIONAL MATCH (i:Import {id: d.importId})
  FOREACH (it IN CASE WHEN i IS NULL THEN [] ELSE [i] END | MERGE (s)-[:IMPORTED_BY {made: true}]->(it))
  WITH s
  MATCH (s)<-[coming:BRINGS]-(:Delivery)
  DELETE coming
}
RETURN collect(DISTINCT s.id) AS ids
