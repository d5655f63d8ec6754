// The texts of the summaries of these ids that are the owner's: a summary is read without a long one.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (s:Summary {id: id, ownerId: $ownerId})
RETURN s.id AS id, s.content AS content
