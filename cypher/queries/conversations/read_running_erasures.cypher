// What is being deleted, whoever began it, from one id on.
CYPHER 25
MATCH (e:Erasure) WHERE e.status = 'RUNNING' AND e.id > $after
WITH e ORDER BY e.status, e.id LIMIT $limit
RETURN collect({id: e.id, kind: e.kind, ownerId: e.ownerId, subjectId: e.subjectId, conversationId: e.conversationId,
  requestedBy: e.requestedBy, joins: coalesce(e.joins, false)}) AS rows
