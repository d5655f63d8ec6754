// Older messages have no length, and a page had to read their texts to know it. Count those of a page of ids, one at a time.
CYPHER 25
MATCH (m:Message) WHERE m.id > $after AND m.length IS NULL
WITH m ORDER BY m.id LIMIT $limit
RETURN m.id AS id, size(m.content) AS length;

// Write it. A transaction that changes a message may hold its text too: long ones are written one by one.
CYPHER 25
UNWIND $rows AS row
CALL (row) {
  WITH row WHERE coalesce(row.length, 0) <= 20000
  MATCH (m:Message {id: row.id})
  SET m.length = coalesce(row.length, 0)
} IN TRANSACTIONS OF 100 ROWS
WITH row WHERE row.length > 20000
CALL (row) {
  MATCH (m:Message {id: row.id})
  SET m.length = row.length
} IN TRANSACTIONS OF 1 ROW;
