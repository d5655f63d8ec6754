// What a task reads is numbered from 0 on, and has a name and a media type.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (t:Task) WHERE EXISTS { (t)-[:READS]->() }
WITH t, COLLECT { MATCH (t)-[reading:READS]->() RETURN reading.index ORDER BY reading.index } AS places
WHERE places <> range(0, size(places) - 1) OR EXISTS { (t)-[reading:READS]->() WHERE reading.name IS NULL OR reading.mediaType IS NULL }
RETURN count(*) AS count, collect(t.id)[..5] AS ids
