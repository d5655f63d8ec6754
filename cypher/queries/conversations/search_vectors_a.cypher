// The passages of an owner that are nearest to a vector, nearest first; the vectors are those of slot A.
CYPHER 25
MATCH (p:Passage)
SEARCH p IN (VECTOR INDEX passage_vectors_a FOR $vector WHERE p.ownerId = $ownerId LIMIT $limit) SCORE AS score
RETURN collect([p.id, score]) AS found
