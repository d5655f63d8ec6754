// Drop the index of slot A, to make it anew for vectors of other dimensions.
CYPHER 25
DROP INDEX passage_vectors_a IF EXISTS
