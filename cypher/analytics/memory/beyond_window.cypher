// Conversations of which a call could not be sent all, and how the rest was summarized; the most often cut first.
// $ownerId STRING: whose conversations
// $days INTEGER 0..100000 = 30: calls of the last so many days; 0 is of all
// $limit INTEGER 1..10000 = 100: rows at most
// conversationId STRING: the conversation
// title STRING: its title
// calls INTEGER: calls whose context did not begin at the beginning
// summarizedCalls INTEGER: of these, calls that saw a summary in its place
// window INTEGER (tokens): the smallest window of the models that were called
// summaries INTEGER: summaries that they saw
// levels INTEGER: of how many levels these are
// coveredMessages INTEGER: messages of the largest of them, or of those that stood side by side
// coveredTokens INTEGER (tokens): what the summaries were made of
// summaryTokens INTEGER (tokens): what they came to
// In Neo4j Browser first: :params {ownerId: 'local', days: 30, limit: 100}
CYPHER 25
MATCH (a:Attempt)
WHERE a.ownerId = $ownerId
  AND a.startedAt >= CASE WHEN $days > 0 THEN datetime() - duration({days: $days}) ELSE datetime({epochMillis: 0}) END
  AND (EXISTS { (a)-[:SAW]->(:Summary) } OR EXISTS { (a)-[:SAW {as: 'VERBATIM'}]->(:Message)-[:CONTINUES|RESPONDS_TO]->() })
MATCH (a)<-[:ATTEMPTED]-(:Subtask)<-[:HAS_SUBTASK]-(:Task)<-[:HAS_TASK]-(c:Conversation), (a)-[:USED]->(m:Model)
WITH c, count(*) AS calls, count(CASE WHEN EXISTS { (a)-[:SAW]->(:Summary) } THEN 1 END) AS summarizedCalls,
  min(m.contextWindow) AS window, collect(a) AS attempts
ORDER BY calls DESC, c.id LIMIT $limit
CALL (attempts) {
  UNWIND attempts AS a MATCH (a)-[:SAW]->(s:Summary)
  WITH a, s, s.messages AS messages
  WITH collect(DISTINCT s) AS seen, a, sum(messages) AS covered
  UNWIND seen AS s
  WITH DISTINCT s, max(covered) AS most
  RETURN count(DISTINCT s) AS summaries, count(DISTINCT s.level) AS levels, max(most) AS coveredMessages,
    sum(s.coveredTokens) AS coveredTokens, sum(s.tokens) AS summaryTokens
}
RETURN c.id AS conversationId, c.title AS title, calls, summarizedCalls, window, summaries, levels, coalesce(coveredMessages, 0) AS coveredMessages,
  coveredTokens, summaryTokens
ORDER BY calls DESC, conversationId
