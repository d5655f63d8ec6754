// Record a migration as applied.
CYPHER 25
MATCH (m:Migration {version: $version})
SET m.name = $name, m.checksum = $checksum, m.appliedAt = datetime()
REMOVE m.done, m.begun
RETURN m.checksum AS checksum
