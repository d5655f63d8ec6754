// A source has its text, its hash, its length and an owner, and is read by a task, or a version of a document, of that owner alone.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (s:Source)
WHERE s.ownerId IS NULL OR s.sha256 IS NULL OR s.text IS NULL OR s.bytes IS NULL OR coalesce(s.length, -1) <> size(s.text)
  OR NOT EXISTS { (s)<-[:READS|HAS_VERSION]-() } OR EXISTS { (s)<-[:READS|HAS_VERSION]-(t) WHERE t.ownerId <> s.ownerId }
RETURN count(*) AS count, collect(s.id)[..5] AS ids
