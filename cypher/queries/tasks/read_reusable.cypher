// Of each of these hashes of requests the newest answer of the owner that was accepted and is whole, those of one conversation first.
CYPHER 25
UNWIND $batch.ids AS sha
CALL (sha) {
  MATCH (s:Subtask) USING INDEX SEEK s:Subtask(ownerId, requestSha256)
  WHERE s.ownerId = $ownerId AND s.requestSha256 = sha AND s.status = 'SUCCEEDED'
  WITH s LIMIT 100
  CALL (s) {
    MATCH (s)-[:ATTEMPTED]->(a:Attempt {status: 'SUCCEEDED'})-[:YIELDED]->(r:Response)
    RETURN r ORDER BY a.number DESC LIMIT 1
    UNION ALL
    MATCH (s)-[:REUSED]->(r:Response)
    RETURN r
  }
  WITH s, r WHERE r.status = 'COMPLETE' AND r.finishReason = 'stop' AND NOT EXISTS { (r)-[:CALLED]->() }
    // What somebody corrected is asked anew.
    AND NOT EXISTS { (r)<-[:REFERENCES {kind: 'corrects'}]-() }
  RETURN r, s.tokens AS tokens ORDER BY r.conversationId = $conversationId DESC, r.id DESC LIMIT 1
}
RETURN sha AS id, {responseId: r.id, conversationId: r.conversationId, tokens: coalesce(tokens, 0)} AS found
