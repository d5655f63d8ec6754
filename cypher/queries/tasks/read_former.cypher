// What a refreshed task takes over of the one before it: how texts were cut, and the answers about what is known by an identity.
CYPHER 25
MATCH (f:Task {id: $taskId, ownerId: $ownerId})
RETURN {
  readings: COLLECT { MATCH (f)-[r:READS]->(x:Source) RETURN {index: r.index, name: r.name, sourceId: x.id} ORDER BY r.index },
  parts: COLLECT {
    MATCH (f)-[:HAS_SUBTASK]->(s:Subtask {kind: 'part', status: 'SUCCEEDED'})-[covers:COVERS]->(:Source)
    WHERE s.parts > 1
    RETURN [covers.reading, covers.start, covers.end, s.title, s.part, s.parts] ORDER BY covers.reading, covers.start
  },
  known: COLLECT {
    MATCH (f)-[:HAS_SUBTASK]->(s:Subtask {status: 'SUCCEEDED'}) WHERE s.identity IS NOT NULL
    CALL (s) {
      MATCH (s)-[:ATTEMPTED]->(a:Attempt {status: 'SUCCEEDED'})-[:YIELDED]->(r:Response)
      RETURN r ORDER BY a.number DESC LIMIT 1
      UNION ALL
      MATCH (s)-[:REUSED]->(r:Response)
      RETURN r
    }
    WITH s, r WHERE r.status = 'COMPLETE' AND r.finishReason = 'stop' AND NOT EXISTS { (r)<-[:REFERENCES {kind: 'corrects'}]-() }
    RETURN {identity: s.identity, responseId: r.id, requestSha256: s.requestSha256, tokens: coalesce(s.tokens, 0)}
  }
} AS former
