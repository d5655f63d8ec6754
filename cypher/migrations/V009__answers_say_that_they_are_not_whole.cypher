// What is missing in an answer was JSON beside it. Read a page of those that have some.
CYPHER 25
MATCH (r:Message) WHERE r.id > $after AND r.metadata IS NOT NULL
WITH r ORDER BY r.id LIMIT $limit
RETURN r.id AS id, r.metadata AS metadata;

// The status says that it is not whole, and a note why.
CYPHER 25
UNWIND $rows AS row
MATCH (r:Message {id: row.id})
SET r.status = coalesce(row.status, r.status), r.note = row.note
REMOVE r.metadata;
