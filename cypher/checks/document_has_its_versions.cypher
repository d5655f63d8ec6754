// A document has a name in one conversation and versions that are numbered in the order of time, no text twice in a row; its newest text is the last of them. A number is missing where a version was deleted.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (d:Document)
  WITH d, COLLECT { MATCH (d)-[v:HAS_VERSION]->(s) RETURN [v.number, v.since, s.id] ORDER BY v.number } AS versions
  WHERE d.name IS NULL OR versions = [] OR last(versions)[0] <> d.versions
    OR any(i IN range(1, size(versions) - 1) WHERE versions[i][1] < versions[i - 1][1] OR versions[i][0] <= versions[i - 1][0]
      OR versions[i][2] = versions[i - 1][2] AND versions[i][0] = versions[i - 1][0] + 1)
    OR COLLECT { MATCH (d)-[:NEWEST]->(s) RETURN s.id } <> [last(versions)[2]]
    OR COLLECT { MATCH (d)-[:IN_CONVERSATION]->(c) RETURN c.id } <> [d.conversationId]
  RETURN d.id AS id
  UNION ALL
  MATCH (t:Task)-[r:READS]->(s) WHERE t.unfinished IS NULL AND r.name <> 'text' AND NOT r.name =~ 'item [0-9]+'
    AND NOT EXISTS { (t)-[other:READS]->(x) WHERE other.name = r.name AND x <> s }
    AND NOT EXISTS { (s)<-[:HAS_VERSION]-(:Document {conversationId: t.conversationId, name: r.name}) }
  RETURN t.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
