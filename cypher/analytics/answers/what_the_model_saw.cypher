// What a call's context was made of, in the order in which it was sent: summaries, pinned messages, and messages word for word.
// $ownerId STRING: whose call
// $attemptId STRING = '': the call; empty is the newest
// $limit INTEGER 1..10000 = 1000: rows at most, the newest
// attemptId STRING: the call
// as STRING: `SUMMARY`, `PINNED`, `VERBATIM` and so on, and `PROMPT` for what was asked
// id STRING: of the message or the summary
// depth INTEGER: how many messages are above it; of a summary, above the newest that it covers
// role STRING: `SYSTEM`, `USER`, `TOOL` or `ASSISTANT`; of a summary `SUMMARY`
// text STRING: its beginning
// characters INTEGER (characters): how long it is
// In Neo4j Browser first: :params {ownerId: 'local', attemptId: '', limit: 1000}
CYPHER 25
CALL () {
  MATCH (a:Attempt {id: $attemptId, ownerId: $ownerId}) RETURN a
  UNION
  MATCH (a:Attempt) WHERE $attemptId = '' AND a.ownerId = $ownerId AND a.startedAt > datetime({epochMillis: 0})
  RETURN a ORDER BY a.ownerId DESC, a.startedAt DESC LIMIT 1
}
MATCH (a)<-[:ATTEMPTED]-(:Subtask)-[:ASKED]->(p:Prompt)
CALL (a, p) {
  MATCH (a)-[:SAW]->(n:Summary)-[:ENDS_AT]->(e) RETURN 'SUMMARY' AS as, n, e.depth AS depth
  UNION
  MATCH (a)-[saw:SAW]->(n:Message) WHERE saw.as <> 'VERBATIM' AND n <> p RETURN saw.as AS as, n, n.depth AS depth
  UNION
  MATCH (a)-[:SAW {as: 'VERBATIM'}]->(oldest:Message)
  MATCH way = ANY SHORTEST (p)-[:CONTINUES|RESPONDS_TO|DECOMPOSES]->{0,}(oldest)
  UNWIND nodes(way) AS n
  WITH DISTINCT n, p WHERE n <> p RETURN 'VERBATIM' AS as, n, n.depth AS depth
  UNION
  RETURN 'PROMPT' AS as, p AS n, p.depth AS depth
}
WITH * ORDER BY as = 'PROMPT' DESC, depth DESC, as DESC, n.id DESC LIMIT $limit
WITH * ORDER BY as = 'PROMPT', depth, as, n.id
RETURN a.id AS attemptId, as, n.id AS id, depth, CASE WHEN n:Summary THEN 'SUMMARY' ELSE coalesce(n.role, 'ASSISTANT') END AS role,
  left(n.content, 200) AS text, coalesce(n.length, size(n.content)) AS characters
