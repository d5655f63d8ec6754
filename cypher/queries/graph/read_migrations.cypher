// Which migrations were applied, and what their files were. One that was only begun has no checksum yet.
CYPHER 25
MATCH (m:Migration) WHERE m.version > 0 AND m.checksum IS NOT NULL
RETURN m.version AS version, m.name AS name, m.checksum AS checksum ORDER BY version
