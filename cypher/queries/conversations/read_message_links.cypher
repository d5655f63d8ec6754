// A page of the links of each of these messages, from it and to it, by age; $kind null is any.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
RETURN id, COLLECT {
  // Two of the four read nothing; the indexes have the order of all.
  CALL (id) {
    MATCH (:Message)-[r:REFERENCES]->(other:Message)
    USING INDEX SEEK r:REFERENCES(fromId, id)
    WHERE r.fromId = id AND r.id > $page.low[0] AND r.id < $page.high[0] AND ($kind IS NULL OR r.kind = $kind)
      AND EXISTS { (other)-[:IN_CONVERSATION]->(:Conversation) }
    RETURN r ORDER BY r.fromId, r.id LIMIT $page.up
    UNION ALL
    MATCH (other:Message)-[r:REFERENCES]->(:Message)
    USING INDEX SEEK r:REFERENCES(toId, id)
    WHERE r.toId = id AND r.id > $page.low[0] AND r.id < $page.high[0] AND ($kind IS NULL OR r.kind = $kind)
      AND EXISTS { (other)-[:IN_CONVERSATION]->(:Conversation) }
    RETURN r ORDER BY r.toId, r.id LIMIT $page.up
    UNION ALL
    MATCH (:Message)-[r:REFERENCES]->(other:Message)
    USING INDEX SEEK r:REFERENCES(fromId, id)
    WHERE r.fromId = id AND r.id > $page.low[0] AND r.id < $page.high[0] AND ($kind IS NULL OR r.kind = $kind)
      AND EXISTS { (other)-[:IN_CONVERSATION]->(:Conversation) }
    RETURN r ORDER BY r.fromId DESC, r.id DESC LIMIT $page.down
    UNION ALL
    MATCH (other:Message)-[r:REFERENCES]->(:Message)
    USING INDEX SEEK r:REFERENCES(toId, id)
    WHERE r.toId = id AND r.id > $page.low[0] AND r.id < $page.high[0] AND ($kind IS NULL OR r.kind = $kind)
      AND EXISTS { (other)-[:IN_CONVERSATION]->(:Conversation) }
    RETURN r ORDER BY r.toId DESC, r.id DESC LIMIT $page.down
  }
  WITH r, r.id AS key
  ORDER BY CASE WHEN $page.up > 0 THEN key END, key DESC LIMIT $page.up + $page.down
  RETURN r {.id, .kind, .note, .fromId, .toId, createdAt: r.createdAt.epochMillis}
} AS rows
