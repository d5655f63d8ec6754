// Which migrations were applied, and what their files were.
CYPHER 25
MATCH (m:Migration) WHERE m.version > 0
RETURN m.version AS version, m.name AS name, m.checksum AS checksum ORDER BY version
