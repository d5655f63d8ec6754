// What a conversation is at this moment, for a file of it: its newest number, branches and unfinished tasks, and what is being deleted of it.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
// This waits for whoever is just writing to it, and writes nothing: see read_settled_heads.
REMOVE c.taskId
WITH c, c.lastSeq AS asOf
RETURN asOf, properties(c) AS conversation,
  COLLECT { MATCH (c)<-[:BRANCH_OF]-(b:Branch)
    OPTIONAL MATCH (b)-[:HEAD]->(m:Message)
    RETURN {branch: properties(b), head: m.id, headAs: [name IN labels(m) WHERE name <> 'Message'][0]} ORDER BY b.id } AS branches,
  COLLECT { MATCH (t:Task) USING INDEX SEEK t:Task(unfinished)
    WHERE t.unfinished = true AND t.conversationId = c.id RETURN properties(t) } AS unfinished,
  COLLECT { MATCH (e:Erasure) USING INDEX SEEK e:Erasure(conversationId)
    WHERE e.conversationId = c.id AND e.joins AND e.status = 'DONE' RETURN properties(e) } AS erasures,
  EXISTS { MATCH (e:Erasure) USING INDEX SEEK e:Erasure(conversationId)
    WHERE e.conversationId = c.id AND e.status = 'RUNNING' }
  OR EXISTS { MATCH (x:Pruning) WHERE x.id > '' AND x.conversationId = c.id } AS isDeleting,
  // What there is none of needs no statement of its own: most conversations have messages alone.
  EXISTS { MATCH (d:Document) WHERE d.conversationId = c.id AND d.id >= '' } AS hasDocuments,
  EXISTS { MATCH (s:Summary) WHERE s.conversationId = c.id AND s.kind >= '' AND s.id >= '' } AS hasSummaries,
  EXISTS { MATCH (t:Task) WHERE t.conversationId = c.id AND t.id >= '' } AS hasTasks,
  EXISTS { MATCH (x:Change) WHERE x.conversationId = c.id AND x.seq >= 0 } AS hasChanges,
  EXISTS { (c)-[:PAID]->() } AS hasPaid
