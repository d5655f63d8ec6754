// What each of these conversations holds and what it cost: messages, tokens, USD, models, tasks by status.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (c:Conversation {id: id, ownerId: $ownerId})
CALL (c) {
  OPTIONAL MATCH (c)<-[:IN_CONVERSATION]-(m:Message)
  RETURN count(m) AS messages, count(CASE WHEN m:Prompt THEN 1 END) AS prompts
}
CALL (c) {
  // What was paid for messages that were deleted counts, too.
  CALL (c) {
    MATCH (c)-[:HAS_TASK|HAD_TASK]->(:Task|Erased)-[:HAS_SUBTASK]->(:Subtask)-[:ATTEMPTED]->(a:Attempt)
    RETURN a
    UNION ALL
    MATCH (c)-[:PAID]->(a:Attempt)
    RETURN a
  }
  OPTIONAL MATCH (a)-[:USED]->(model:Model)
  RETURN count(a) AS attempts, sum(a.inputTokens) AS inputTokens, sum(a.outputTokens) AS outputTokens,
    sum(a.cachedTokens) AS cachedTokens, sum(a.costUsd) AS costUsd, collect(DISTINCT model.id) AS models,
    count(a.costUsd) AS priced, count(CASE WHEN a.status = 'RUNNING' THEN 1 END) AS open,
    count(CASE WHEN coalesce(a.inputTokens, a.outputTokens, a.timeToFirstTokenMs) IS NOT NULL
      AND (a.costUsd IS NULL OR a.outputTokens IS NULL) THEN 1 END) AS unpriced
}
RETURN id, messages, prompts, attempts, inputTokens, outputTokens, cachedTokens, costUsd, priced, open, models, unpriced,
  COLLECT {
    MATCH (c)-[:HAS_TASK]->(t:Task)
    WITH t.status AS status, count(*) AS count
    RETURN [status, count]
  } AS tasks
