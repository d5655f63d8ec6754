// What has a name in a conversation is a document, and each text that was read under the name a version of it.
CREATE CONSTRAINT document_id IF NOT EXISTS FOR (n:Document) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT document_name IF NOT EXISTS FOR (n:Document) REQUIRE (n.conversationId, n.name) IS UNIQUE;
CREATE INDEX document_page IF NOT EXISTS FOR (n:Document) ON (n.conversationId, n.id);
CALL db.awaitIndexes(600);

// What was read once, by a task each: which of these texts were versions is seen when all are there.
CYPHER 25
MATCH (t:Task)-[reads:READS]->(s:Source)
WHERE reads.name <> 'text' AND NOT reads.name =~ 'item [0-9]+'
CALL (t, reads, s) {
  WITH t, reads, s
  // A name that a task gave to several texts is no document's.
  WHERE NOT EXISTS { (t)-[other:READS]->(x) WHERE other.name = reads.name AND x <> s }
  MATCH (t)<-[:HAS_TASK]-(c:Conversation)
  MERGE (d:Document {conversationId: t.conversationId, name: reads.name})
    ON CREATE SET d.id = randomUUID(), d.ownerId = t.ownerId, d.createdAt = t.createdAt, d.versions = 0
  MERGE (d)-[:IN_CONVERSATION]->(c)
  MERGE (d)-[v:HAS_VERSION {since: t.createdAt, number: 0}]->(s)
} IN TRANSACTIONS OF 200 ROWS;
CYPHER 25
MATCH (d:Document) WHERE d.versions = 0
CALL (d) {
  MATCH (d)-[v:HAS_VERSION]->(s)
  WITH d, v, s ORDER BY v.since, s.id
  WITH d, collect(v) AS read, collect(s) AS texts
  SET d.createdAt = head(read).since
  WITH d, read, [i IN range(0, size(texts) - 1) WHERE i = 0 OR texts[i] <> texts[i - 1]] AS fresh, texts
  FOREACH (i IN range(0, size(fresh) - 1) | FOREACH (v IN [read[fresh[i]]] | SET v.number = i + 1))
  FOREACH (v IN [v IN read WHERE v.number = 0] | DELETE v)
  SET d.versions = size(fresh)
  FOREACH (s IN [texts[last(fresh)]] | MERGE (d)-[:NEWEST]->(s))
} IN TRANSACTIONS OF 200 ROWS;
