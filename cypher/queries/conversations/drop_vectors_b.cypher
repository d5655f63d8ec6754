// Drop the index of slot B, to make it anew for vectors of other dimensions.
CYPHER 25
DROP INDEX passage_vectors_b IF EXISTS
