// Drop the index of words, to make it anew with another analyzer.
CYPHER 25
DROP INDEX passage_words IF EXISTS
