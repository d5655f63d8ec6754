// All that rests on a source: prompts about it, answers to them, what was made of these, and summaries; the oldest first.
// $ownerId STRING: whose source
// $sourceId STRING = '': the source; empty is one that the newest task with sources has read
// $limit INTEGER 1..10000 = 1000: rows at most
// source STRING: the name of the source
// sourceId STRING: its id
// kind STRING: `Prompt`, `Response`, `Summary` or `Task`
// id STRING: of what rests on it
// conversationId STRING: where that is
// conversation STRING: its title
// title STRING: the title of what rests on it, or its beginning
// createdAt DATETIME: when it was made
// In Neo4j Browser first: :params {ownerId: 'local', sourceId: '', limit: 1000}
CYPHER 25
CALL () {
  MATCH (s:Source {id: $sourceId, ownerId: $ownerId}) RETURN s
  UNION
  MATCH (t:Task) WHERE $sourceId = '' AND t.ownerId = $ownerId AND t.id > '' AND EXISTS { (t)-[:READS]->() }
  WITH t ORDER BY t.ownerId DESC, t.id DESC LIMIT 1
  MATCH (t)-[reads:READS]->(s:Source)
  RETURN s ORDER BY reads.index LIMIT 1
}
CALL (s) {
  MATCH (s)<-[:ABOUT|RESPONDS_TO|USES|SYNTHESIZES|SUMMARIZES|RESULT_OF*1..60]-(x)
  WITH DISTINCT x RETURN x
  UNION
  MATCH (s)<-[:READS]-(x:Task) RETURN x
  UNION
  MATCH (s)<-[:READS]-(:Task)-[:RESULTED_IN]->(x:Response) RETURN x
}
WITH s, x WHERE x.ownerId = $ownerId
WITH s, x ORDER BY x.createdAt, x.id LIMIT $limit
OPTIONAL MATCH (c:Conversation {id: x.conversationId})
RETURN s.title AS source, s.id AS sourceId, CASE WHEN x:Task THEN 'Task' WHEN x:Summary THEN 'Summary' WHEN x:Response THEN 'Response' ELSE 'Prompt' END AS kind,
  x.id AS id, x.conversationId AS conversationId, c.title AS conversation, coalesce(x.title, left(x.content, 100)) AS title, x.createdAt AS createdAt
ORDER BY createdAt, id
