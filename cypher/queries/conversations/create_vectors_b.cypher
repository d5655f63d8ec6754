// Make the index of slot B for vectors of these dimensions.
CYPHER 25
CREATE VECTOR INDEX passage_vectors_b IF NOT EXISTS FOR (n:Passage) ON n.vectorB
WITH [n.ownerId, n.conversationId, n.kind, n.day]
OPTIONS $options
