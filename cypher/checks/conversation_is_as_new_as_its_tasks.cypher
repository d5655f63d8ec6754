// A conversation changed no earlier than its tasks were made and ended; clocks of two services may differ by seconds.
// Of finished tasks.
CYPHER 25
MATCH (c:Conversation)
WITH c, c.updatedAt + duration('PT10S') AS latest
WHERE latest IS NULL OR c.updatedAt < c.createdAt
  OR EXISTS { (c)-[:HAS_TASK]->(t) WHERE t.unfinished IS NULL
    AND (t.createdAt > latest OR (t.status <> 'CANCELLED' AND t.finishedAt > latest)) }
RETURN count(*) AS count, collect(c.id)[..5] AS ids
