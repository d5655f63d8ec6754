// Take from what was noted of links, in whatever conversation, the kinds of those whose messages are being deleted: they may be own words.
CYPHER 25
MATCH (e:Erasure {id: $erasureId})
SET e.touchedAt = datetime()
WITH e, e.touchedAt AS locked
WITH e, COLLECT { MATCH (e)-[:ERASES]->(m:Erased) RETURN DISTINCT coalesce(m.conversationId, m.id) } AS places
WITH COLLECT {
  UNWIND places AS place
  MATCH (x:Change) WHERE x.conversationId = place AND x.seq >= 0 AND x.type = 'LINK' AND x.name IS NOT NULL
    AND (e.kind = 'CONVERSATION' OR any(id IN x.ids WHERE NOT EXISTS { MATCH (:Message {id: id}) }))
  RETURN DISTINCT x.subjectId LIMIT $limit
} AS links
CALL (links) {
  UNWIND links AS id
  MATCH (x:Change) WHERE x.subjectId = id
  REMOVE x.name
}
RETURN size(links) AS done
