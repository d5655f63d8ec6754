// A page of the summaries of a conversation of one kind, with their claims, the task that made each, and the number with which that ended.
CYPHER 25
MATCH (s:Summary) WHERE s.conversationId = $conversationId AND s.kind = $kind AND s.id > $after AND s.ownerId = $ownerId
WITH s ORDER BY s.conversationId, s.kind, s.id LIMIT $limit
WITH s, head(COLLECT { MATCH (s)<-[:SUMMARIZED]-(t:Task) RETURN t }) AS t
RETURN collect({as: 'Summary', node: properties(s), taskId: t.id, endSeq: CASE WHEN t.unfinished THEN null ELSE coalesce(t.endSeq,
    head(COLLECT { MATCH (e:TaskEvent) WHERE e.taskId = t.id AND e.seq >= 0 RETURN e.seq ORDER BY e.taskId DESC, e.seq DESC LIMIT 1 }), 0) END,
  out: COLLECT { MATCH (s)-[r:SUMMARIZES|BEGINS_AT|ENDS_AT]->(x)
    RETURN [type(r), [name IN labels(x) WHERE name <> 'Message'][0], x.id, properties(r), null, x.conversationId, x.seq] },
  claims: COLLECT { MATCH (s)-[:CLAIMS]->(k:Claim) RETURN {as: 'Claim', node: properties(k), out: COLLECT {
    MATCH (k)-[r:STANDS_ON]->(x)
    RETURN [type(r), [name IN labels(x) WHERE name <> 'Message'][0], x.id, properties(r), null, x.conversationId, x.seq] }} ORDER BY k.index }
}) AS rows
