// A link knows its two messages, which are one owner's; of each kind there is one from a message to another, and one of each conflict of a merge.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (a)-[r:REFERENCES]->(b)
WITH a, b, r.kind AS kind, r.taskId AS taskId, r.conflict AS conflict, collect(r) AS links
WHERE size(links) > 1 OR kind IS NULL OR NOT a:Message OR NOT b:Message OR a.ownerId <> b.ownerId
  OR any(r IN links WHERE r.id IS NULL OR r.fromId IS NULL OR r.fromId <> a.id OR r.toId IS NULL OR r.toId <> b.id)
RETURN count(*) AS count, collect(a.id)[..5] AS ids
