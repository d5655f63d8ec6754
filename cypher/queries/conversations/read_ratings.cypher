// How the answers of an owner's calls of a time, or of those in one conversation, were rated: by the keys of `read_usage`.
CYPHER 25
CALL () {
  // With a conversation given, no rating has the owner that is looked for here.
  MATCH (n:Annotation) WHERE n.ownerId = CASE WHEN $conversationId IS NULL THEN $ownerId END AND n.rating IS NOT NULL
  RETURN n
  UNION ALL
  MATCH (n:Annotation) WHERE n.conversationId = $conversationId AND n.rating IS NOT NULL AND n.ownerId = $ownerId
  RETURN n
}
MATCH (n)-[:ON]->(r:Response)
// An answer that was put together is that of all calls of its task which were answered.
CALL (r) {
  MATCH (r)<-[:YIELDED]-(a:Attempt) RETURN a
  UNION ALL
  WITH r WHERE NOT EXISTS { (r)<-[:YIELDED]-() }
  MATCH (r)<-[:RESULTED_IN]-(:Task)-[:HAS_SUBTASK]->(:Subtask)-[:ATTEMPTED]->(a:Attempt {status: 'SUCCEEDED'}) RETURN a
}
WITH n, a WHERE a.startedAt >= datetime({epochMillis: $since}) AND a.startedAt < datetime({epochMillis: $until})
OPTIONAL MATCH (a)<-[:ATTEMPTED]-(s:Subtask)<-[:HAS_SUBTASK]-(t:Task {ownerId: $ownerId})
MATCH (a)-[:USED]->(m)
WITH DISTINCT n, CASE $groupBy
  WHEN 'MODEL' THEN m.id
  WHEN 'PROVIDER' THEN m.provider
  WHEN 'DAY' THEN toString(date(a.startedAt))
  WHEN 'STRATEGY' THEN coalesce(t.strategy, a.strategy)
  WHEN 'TASK_TYPE' THEN coalesce(t.type, a.taskType)
  WHEN 'CONVERSATION' THEN n.conversationId
  WHEN 'OUTCOME' THEN a.status
  WHEN 'PURPOSE' THEN CASE coalesce(s.kind, a.kind, CASE WHEN a.taskType = 'summary' THEN 'summary' WHEN a.strategy = 'NONE' THEN 'direct' ELSE 'part' END)
    WHEN 'direct' THEN 'ANSWER' WHEN 'reduce' THEN 'COMBINATION' ELSE toUpper(coalesce(s.kind, a.kind, 'summary')) END
END AS key
WITH key, count(*) AS ratings, avg(n.rating) AS average, count(CASE WHEN n.rating > 0 THEN 1 END) AS positive,
  count(CASE WHEN n.rating < 0 THEN 1 END) AS negative
RETURN collect({key: key, ratings: ratings, average: average, positive: positive, negative: negative}) AS rows
