// The indexes of search: how they were made, and how far they are.
CYPHER 25
SHOW INDEXES YIELD name, state, populationPercent, options
WHERE name IN ['passage_words', 'passage_vectors_a', 'passage_vectors_b']
RETURN name, state, populationPercent, options
