// Whether an index has the name of a constraint and belongs to none: what is left when Neo4j is killed over making one.
CYPHER 25
SHOW INDEXES YIELD name, owningConstraint, labelsOrTypes
WHERE name = $name AND owningConstraint IS NULL AND labelsOrTypes = [$label]
RETURN name
