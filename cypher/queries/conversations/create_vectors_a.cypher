// Make the index of slot A for vectors of these dimensions.
CYPHER 25
CREATE VECTOR INDEX passage_vectors_a IF NOT EXISTS FOR (n:Passage) ON n.vectorA
WITH [n.ownerId, n.conversationId, n.kind, n.day]
OPTIONS $options
