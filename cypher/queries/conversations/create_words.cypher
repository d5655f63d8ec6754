// Make the index of words with an analyzer.
CYPHER 25
CREATE FULLTEXT INDEX passage_words IF NOT EXISTS FOR (n:Passage) ON EACH [n.keys, n.terms, n.parts]
OPTIONS $options
