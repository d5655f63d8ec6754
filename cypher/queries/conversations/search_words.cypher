// The passages of an owner that a query of words finds, best first.
CYPHER 25
CALL db.index.fulltext.queryNodes('passage_words', $words, {limit: $limit}) YIELD node, score
// The words hold the owner's key; this is a second lock on the same door.
WHERE node.ownerId = $ownerId
RETURN collect([node.id, score]) AS found
