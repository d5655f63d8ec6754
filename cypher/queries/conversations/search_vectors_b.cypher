// The passages of an owner that are nearest to a vector, nearest first; the vectors are those of slot B.
CYPHER 25
MATCH (p:Passage)
SEARCH p IN (VECTOR INDEX passage_vectors_b FOR $vector WHERE p.ownerId = $ownerId LIMIT $limit) SCORE AS score
RETURN collect([p.id, score]) AS found
