// Prompts of different conversations that ask much the same, and whether their answers agree; the nearest first.
// $ownerId STRING: whose conversations
// $conversations INTEGER 1..10000 = 100: of the conversations that were added to last, so many
// $prompts INTEGER 1..10000 = 300: of their newest prompts, so many
// $neighbours INTEGER 1..100 = 10: prompts that are looked at beside each
// $leastScore FLOAT 0..1 = 0.85: how near they must be, from 0.5 (nothing in common) to 1 (the same)
// $agreeScore FLOAT 0..1 = 0.85: how near their answers must be to agree
// $limit INTEGER 1..10000 = 100: rows at most
// score FLOAT: how near the prompts are
// promptId STRING: the one prompt
// conversationId STRING: where it is
// prompt STRING: its beginning
// otherId STRING: the other prompt, the older of the two
// otherConversationId STRING: where that is
// other STRING: its beginning
// answersScore FLOAT: how near their answers begin; empty where one has none, or none with a vector
// agree BOOLEAN: whether that is near enough; empty as before
// In Neo4j Browser first: :params {ownerId: 'local', conversations: 100, prompts: 300, neighbours: 10, leastScore: 0.85, agreeScore: 0.85, limit: 100}
CYPHER 25
CALL () {
  MATCH (:VectorSlot {id: 'A', isCurrent: true})
  MATCH (c:Conversation) WHERE c.ownerId = $ownerId AND c.updatedAt > datetime({epochMillis: 0}) AND c.id > ''
  WITH c ORDER BY c.ownerId DESC, c.updatedAt DESC, c.id DESC LIMIT $conversations
  MATCH (c)<-[:IN_CONVERSATION]-(one:Prompt {role: 'USER'})<-[:OF]-(p:Passage) WHERE p.ownerId = $ownerId AND p.start = 0 AND p.embeddedAs > ''
  WITH one, p ORDER BY one.createdAt DESC LIMIT $prompts
  CALL (p) {
    MATCH (q:Passage)
    SEARCH q IN (VECTOR INDEX passage_vectors_a FOR p.vectorA WHERE q.ownerId = $ownerId AND q.kind = 'USER' LIMIT $neighbours)
    // The index rounds: what counts is the vectors themselves.
    RETURN q, vector.similarity.cosine(p.vectorA, q.vectorA) AS score
  }
  MATCH (q)-[:OF]->(two:Prompt) WHERE q.start = 0 AND score >= $leastScore AND q.embeddedAs = p.embeddedAs AND one.conversationId <> two.conversationId
  RETURN one, two, score, 'vectorA' AS vector
  UNION ALL
  MATCH (:VectorSlot {id: 'B', isCurrent: true})
  MATCH (c:Conversation) WHERE c.ownerId = $ownerId AND c.updatedAt > datetime({epochMillis: 0}) AND c.id > ''
  WITH c ORDER BY c.ownerId DESC, c.updatedAt DESC, c.id DESC LIMIT $conversations
  MATCH (c)<-[:IN_CONVERSATION]-(one:Prompt {role: 'USER'})<-[:OF]-(p:Passage) WHERE p.ownerId = $ownerId AND p.start = 0 AND p.embeddedAs > ''
  WITH one, p ORDER BY one.createdAt DESC LIMIT $prompts
  CALL (p) {
    MATCH (q:Passage)
    SEARCH q IN (VECTOR INDEX passage_vectors_b FOR p.vectorB WHERE q.ownerId = $ownerId AND q.kind = 'USER' LIMIT $neighbours)
    // The index rounds: what counts is the vectors themselves.
    RETURN q, vector.similarity.cosine(p.vectorB, q.vectorB) AS score
  }
  MATCH (q)-[:OF]->(two:Prompt) WHERE q.start = 0 AND score >= $leastScore AND q.embeddedAs = p.embeddedAs AND one.conversationId <> two.conversationId
  RETURN one, two, score, 'vectorB' AS vector
}
WITH CASE WHEN one.id > two.id THEN [one, two] ELSE [two, one] END AS pair, vector, score
WITH pair[0] AS one, pair[1] AS two, vector, max(score) AS score
ORDER BY score DESC, one.id, two.id LIMIT $limit
WITH *, head(COLLECT { MATCH (one)<-[:RESPONDS_TO]-(r:Response)<-[:OF]-(x:Passage) WHERE x.start = 0 AND x.embeddedAs > '' RETURN x ORDER BY r.id DESC LIMIT 1 }) AS x,
  head(COLLECT { MATCH (two)<-[:RESPONDS_TO]-(r:Response)<-[:OF]-(x:Passage) WHERE x.start = 0 AND x.embeddedAs > '' RETURN x ORDER BY r.id DESC LIMIT 1 }) AS y
WITH *, CASE WHEN x.embeddedAs = y.embeddedAs AND vector = 'vectorA' THEN vector.similarity.cosine(x.vectorA, y.vectorA)
  WHEN x.embeddedAs = y.embeddedAs THEN vector.similarity.cosine(x.vectorB, y.vectorB) END AS answersScore
RETURN round(score, 4) AS score, one.id AS promptId, one.conversationId AS conversationId, left(one.content, 200) AS prompt,
  two.id AS otherId, two.conversationId AS otherConversationId, left(two.content, 200) AS other,
  round(answersScore, 4) AS answersScore, answersScore >= $agreeScore AS agree
ORDER BY score DESC, promptId, otherId
