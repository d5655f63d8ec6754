// What has lost its label is being deleted by an erasure that has not ended, or it holds what calls cost, and no text.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (n:Erased)
  WHERE NOT EXISTS { (n)<-[:ERASES|DISMANTLES]-(:Erasure {status: 'RUNNING'}) }
    AND (NOT EXISTS { (n)-[:PAID]->(:Attempt) } OR EXISTS { (n)-[r]-() WHERE type(r) <> 'PAID' }
      OR any(name IN keys(n) WHERE NOT name IN ['id', 'ownerId', 'createdAt']))
  RETURN n.id AS id
  UNION ALL
  MATCH (e:Erasure)
  WHERE NOT e.status IN ['RUNNING', 'DONE'] OR (e.status = 'DONE') <> (e.finishedAt IS NOT NULL)
    OR (e.status = 'DONE' AND EXISTS { (e)--() })
  RETURN e.id AS id
  UNION ALL
  // Nothing is left of what was deleted.
  MATCH (e:Erasure {status: 'DONE'})
  WHERE EXISTS { MATCH (:Conversation|Message|Source {id: e.subjectId}) }
    OR (e.kind = 'CONVERSATION' AND EXISTS { MATCH (m:Message) WHERE m.conversationId = e.subjectId AND m.seq >= 0 })
  RETURN e.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
