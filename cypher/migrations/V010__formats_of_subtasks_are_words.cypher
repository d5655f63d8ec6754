// What a subtask's answer must be was JSON. Read a page of those that say it.
CYPHER 25
MATCH (s:Subtask) WHERE s.id > $after AND s.responseFormat STARTS WITH '{'
WITH s ORDER BY s.id LIMIT $limit
RETURN s.id AS id, s.responseFormat AS responseFormat;

// It is a word, and a JSON Schema where there is one.
CYPHER 25
UNWIND $rows AS row
MATCH (s:Subtask {id: row.id})
SET s.responseFormat = row.responseFormat, s.responseSchema = row.responseSchema;
