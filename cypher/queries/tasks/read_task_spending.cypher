// What a task has used since it was made or last retried: tokens read and written, and USD.
CYPHER 25
MATCH (t:Task {id: $taskId})
WITH t, coalesce(t.retriedAt, t.createdAt) AS since
CALL (t, since) {
  MATCH (t)-[:HAS_SUBTASK]->(:Subtask)-[:ATTEMPTED]->(a:Attempt) WHERE a.startedAt >= since
  RETURN sum(coalesce(a.inputTokens, 0) + coalesce(a.outputTokens, 0)) AS tokens, sum(a.costUsd) AS cost
}
RETURN {since: since.epochMillis, tokens: tokens, cost_usd: cost} AS spending
