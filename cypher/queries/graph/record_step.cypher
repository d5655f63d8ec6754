// Record how many steps of a migration are done.
CYPHER 25
MATCH (m:Migration {version: $version})
SET m.done = $done
