// The parts into which CHUNK or FILE cut a reading cover it whole, but for white space at its ends.
// Of finished tasks.
CYPHER 25
MATCH (t:Task) WHERE t.unfinished IS NULL AND t.strategy IN ['CHUNK', 'FILE']
MATCH (t)-[:HAS_SUBTASK]->(s {kind: 'part'})-[c:COVERS]->(source) WHERE NOT EXISTS { (s)-[:REPLACES]->() }
WITH t, c.reading AS reading, source, min(c.start) AS start, max(c.end) AS end
WHERE trim(substring(source.text, 0, start)) <> '' OR trim(substring(source.text, end)) <> ''
RETURN count(*) AS count, collect(t.id)[..5] AS ids
