// Delete some hundred messages of a conversation that is deleted, by their numbers: $most characters at once.
CYPHER 25
MATCH (e:Erasure {id: $erasureId, kind: 'CONVERSATION'})-[:ERASES]->(c:Erased)
SET e.touchedAt = datetime()
WITH e, c, e.touchedAt AS locked
CALL (e, c) {
  // On from where it is: an index goes over what was deleted from it.
  MATCH (m:Message) WHERE m.conversationId = c.id AND m.seq > coalesce(e.upto, -1)
  WITH m ORDER BY m.conversationId, m.seq LIMIT $limit
  WITH collect(m) AS found
  WITH found, reduce(sum = {size: 0, count: 0}, m IN found |
    CASE WHEN sum.count = 0 OR sum.size + m.length + coalesce(size(m.reasoning), 0) <= $most
    THEN {size: sum.size + m.length + coalesce(size(m.reasoning), 0), count: sum.count + 1}
    ELSE {size: $most + 1, count: sum.count} END).count AS count
  RETURN found[..count] AS gone
}
// The other end of a link may be in a conversation that stays: who follows that is told.
CALL (c, gone) {
  UNWIND gone AS m
  MATCH (m)-[r:REFERENCES]-(other:Message)-[:IN_CONVERSATION]->(d:Conversation)
  WITH d, r ORDER BY d.id
  SET d.lastSeq = d.lastSeq + 1, d.changedAt = datetime({epochMillis: timestamp()})
  CREATE (:Change {conversationId: d.id, ownerId: d.ownerId, seq: d.lastSeq, createdAt: datetime(), type: 'LINK',
    action: 'DELETED', subjectId: r.id, ids: [r.fromId, r.toId]})
}
WITH e, gone, size([m IN gone WHERE m:Prompt]) AS prompts, last(gone).seq AS upto,
  COLLECT { UNWIND gone AS m MATCH (m)<-[:OF]-(p:Passage) RETURN p } AS passages,
  COLLECT { UNWIND gone AS m MATCH (m)<-[:ON]-(p:Annotation) RETURN p } AS annotations,
  COLLECT { UNWIND gone AS m MATCH (m)-[:CALLED]->(tool:Tool) RETURN DISTINCT tool } AS tools
FOREACH (n IN passages + annotations + gone | DETACH DELETE n)
WITH *, [tool IN tools WHERE NOT EXISTS { (tool)--() }] AS lastTools
FOREACH (tool IN lastTools | DELETE tool)
SET e.upto = coalesce(upto, e.upto), e.prompts = coalesce(e.prompts, 0) + prompts, e.responses = coalesce(e.responses, 0) + size(gone) - prompts,
  e.tools = coalesce(e.tools, 0) + size(lastTools), e.annotations = coalesce(e.annotations, 0) + size(annotations)
RETURN size(gone) AS done
