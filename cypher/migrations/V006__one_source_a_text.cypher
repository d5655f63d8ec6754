// A source was one node for each reading of a text. It is one for each text of an owner; name and place stand on READS.
CYPHER 25
MATCH (t:Task)-[reads:READS]->(s:Source)
WHERE reads.name IS NULL
CALL (t, reads, s) {
  SET reads.name = s.name, reads.mediaType = s.mediaType, reads.index = coalesce(reads.index, s.index), s.ownerId = t.ownerId
} IN TRANSACTIONS OF 1000 ROWS;
CREATE INDEX source_text IF NOT EXISTS FOR (n:Source) ON (n.ownerId, n.sha256);
CALL db.awaitIndexes(600);

// The first reading's node stands for all of them.
CYPHER 25
MATCH (s:Source) WHERE s.ownerId IS NOT NULL
WITH s.ownerId AS ownerId, s.sha256 AS sha256, min(s.id) AS first, count(*) AS copies
WHERE copies > 1
MATCH (kept:Source {id: first})
MATCH (copy:Source {ownerId: ownerId, sha256: sha256}) WHERE copy.id <> first
CALL (kept, copy) {
  CALL (kept, copy) {
    MATCH (t)-[old:READS]->(copy)
    CREATE (t)-[new:READS]->(kept) SET new = properties(old) DELETE old
  }
  CALL (kept, copy) {
    MATCH (p)-[old:ABOUT]->(copy)
    CREATE (p)-[new:ABOUT]->(kept) SET new = properties(old) DELETE old
  }
  CALL (kept, copy) {
    MATCH (s)-[old:COVERS]->(copy)
    CREATE (s)-[new:COVERS]->(kept) SET new = properties(old) DELETE old
  }
  DETACH DELETE copy
} IN TRANSACTIONS OF 100 ROWS;
CYPHER 25
MATCH (s:Source) WHERE s.name IS NOT NULL
CALL (s) {
  SET s.title = s.name
  REMOVE s.name, s.index
} IN TRANSACTIONS OF 1000 ROWS;
DROP INDEX source_text IF EXISTS;
CREATE CONSTRAINT source_text IF NOT EXISTS FOR (n:Source) REQUIRE (n.ownerId, n.sha256) IS UNIQUE;
CREATE INDEX source_sha256 IF NOT EXISTS FOR (n:Source) ON (n.sha256);
