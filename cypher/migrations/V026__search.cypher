// Search: passages of texts, found by their words and by their vectors. Owners are kept apart inside both indexes.
CREATE CONSTRAINT passage_id IF NOT EXISTS FOR (n:Passage) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT vector_slot IF NOT EXISTS FOR (n:VectorSlot) REQUIRE n.id IS UNIQUE;
// What waits for its vector, an owner after the other; and how far a source is.
CREATE INDEX passage_vector IF NOT EXISTS FOR (n:Passage) ON (n.embeddedAs, n.ownerId, n.id);
// The words come after the write, so that nobody who writes waits for them.
CREATE FULLTEXT INDEX passage_words IF NOT EXISTS FOR (n:Passage) ON EACH [n.keys, n.terms, n.parts]
  OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-no-stop-words', `fulltext.eventually_consistent`: true}};
// Two slots: while one is searched, another model's vectors are put into the other.
CREATE VECTOR INDEX passage_vectors_a IF NOT EXISTS FOR (n:Passage) ON n.vectorA
  WITH [n.ownerId, n.conversationId, n.kind, n.day]
  OPTIONS {indexConfig: {`vector.dimensions`: 384, `vector.similarity_function`: 'cosine'}};
CREATE VECTOR INDEX passage_vectors_b IF NOT EXISTS FOR (n:Passage) ON n.vectorB
  WITH [n.ownerId, n.conversationId, n.kind, n.day]
  OPTIONS {indexConfig: {`vector.dimensions`: 384, `vector.similarity_function`: 'cosine'}};
