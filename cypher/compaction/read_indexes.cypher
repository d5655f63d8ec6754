// The statements that make the indexes which there are, but for those of constraints and those that Neo4j makes itself.
CYPHER 25
SHOW INDEXES YIELD createStatement, owningConstraint, type WHERE owningConstraint IS NULL AND type <> 'LOOKUP'
RETURN createStatement AS statement
