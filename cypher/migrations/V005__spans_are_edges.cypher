// The parts of sources that a subtask is about were JSON; they are edges. Read a page of those that have some.
CYPHER 25
MATCH (s:Subtask) WHERE s.id > $after AND s.spans IS NOT NULL
WITH s ORDER BY s.id LIMIT $limit
RETURN s.id AS id, s.spans AS spans;

// Write the edges. A source was still one node a task: its place was its own.
CYPHER 25
UNWIND $rows AS row
MATCH (s:Subtask {id: row.id})
REMOVE s.spans
WITH row, s
UNWIND row.spans AS span
MATCH (source:Source {id: span.sourceId})
MERGE (s)-[covers:COVERS {index: span.index}]->(source)
SET covers.reading = source.index, covers.start = span.start, covers.end = span.end, covers.label = span.label;
