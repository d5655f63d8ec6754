// What is stale
CYPHER 25
// Tasks that read a text which has a newer version, and answers that were corrected: 12 of each, of the newest 1,000 documents and messages.
// Empty as long as no document has a second version, and no answer was corrected.
CALL () {
  MATCH (d:Document) WHERE d.id STARTS WITH ''
  WITH d ORDER BY d.id DESC LIMIT 1000
  MATCH (d)-[:NEWEST]->(now:Source) WHERE d.versions > 1
  MATCH way = (now)<-[:NEWEST]-(d)-[:HAS_VERSION]->(old:Source)<-[reads:READS]-(t:Task)
  WHERE old <> now AND reads.name = d.name AND t.conversationId = d.conversationId AND NOT EXISTS { (t)<-[:REFRESHES]-() }
  RETURN way LIMIT 12
  UNION
  MATCH (m:Message) WHERE m.id STARTS WITH ''
  WITH m ORDER BY m.id DESC LIMIT 1000
  MATCH way = (m)-[:REFERENCES {kind: 'corrects'}]->(:Message)
  RETURN way LIMIT 12
}
RETURN way;
