// From a task's answer down to the spans of the sources that it rests on, in the order of the sources.
// $ownerId STRING: whose task
// $taskId STRING = '': the task; empty is the newest that has an answer out of sources
// $limit INTEGER 1..10000 = 1000: rows at most
// taskId STRING: the task
// source STRING: the name of the source
// sourceId STRING: its id
// start INTEGER (characters): where the span begins
// end INTEGER (characters): where it ends
// line INTEGER: the line in which it begins, 1 for the first
// text STRING: the beginning of the span
// through LIST<STRING>: the ids of the responses from the answer down to the one that read it
// In Neo4j Browser first: :params {ownerId: 'local', taskId: '', limit: 1000}
CYPHER 25
CALL () {
  MATCH (t:Task {id: $taskId, ownerId: $ownerId}) RETURN t
  UNION
  MATCH (t:Task) WHERE $taskId = '' AND t.ownerId = $ownerId AND t.id > '' AND EXISTS { (t)-[:READS]->() } AND EXISTS { (t)-[:RESULTED_IN]->() }
  RETURN t ORDER BY t.ownerId DESC, t.id DESC LIMIT 1
}
MATCH (t)-[:RESULTED_IN]->(answer:Response)
MATCH path = (answer)-[:SYNTHESIZES|RESPONDS_TO|USES]->{1,40}(p:Prompt)-[about:ABOUT]->(source:Source)
// A merged answer may be reached in several ways: the shortest is told.
WITH t, source, about.start AS start, about.end AS end, path ORDER BY length(path)
WITH t, source, start, end, head(collect([n IN nodes(path) WHERE n:Response | n.id])) AS through
ORDER BY source.title, source.id, start LIMIT $limit
RETURN t.id AS taskId, source.title AS source, source.id AS sourceId, start, end,
  size(split(left(source.text, start), '\n')) AS line, substring(source.text, start, CASE WHEN end - start > 200 THEN 200 ELSE end - start END) AS text,
  through
