// As `search_vectors_b_within`, of one conversation; of the owner's sources where it is empty.
CYPHER 25
MATCH (p:Passage)
SEARCH p IN (VECTOR INDEX passage_vectors_b FOR $vector
  WHERE p.ownerId = $ownerId AND p.conversationId = $within.conversationId
    AND p.kind IN $within.kinds AND p.day >= $within.from AND p.day <= $within.until
  LIMIT $limit) SCORE AS score
RETURN collect([p.id, score]) AS found
