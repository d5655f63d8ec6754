// The newest message with no later number than $seq, of each of these branches: from a message that it pointed at later, up.
CYPHER 25
UNWIND $batch.rows AS row
MATCH (h:Message {id: row.headId})-[:IN_CONVERSATION]->(:Conversation {id: $conversationId, ownerId: $ownerId})
CALL (h) {
  // Of a merge, the branch itself is the first of its parents.
  OPTIONAL MATCH (h) ((x WHERE x.seq > $seq)-[e:CONTINUES|RESPONDS_TO WHERE coalesce(e.index, 0) = 0]->()){0,20000} (m)
  WITH DISTINCT m
  WITH m WHERE m.seq <= $seq
  ORDER BY m.depth DESC, m.id DESC LIMIT 1
  RETURN collect(m.id) AS found
}
RETURN row.id AS id, h.depth AS depth, head(found) AS headId
