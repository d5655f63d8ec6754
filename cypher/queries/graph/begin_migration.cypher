// Begin a migration, or go on with it: how many of its steps were done before it was interrupted, if the file is still the same.
CYPHER 25
MERGE (m:Migration {version: $version})
SET m.done = CASE WHEN m.begun = $checksum THEN m.done ELSE 0 END, m.begun = $checksum
RETURN m.done AS done
