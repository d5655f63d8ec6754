// The answer of a task that succeeded is COMPLETE, of a PARTIAL one PARTIAL with a note; any other has none but that of a run before.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (t:Task)-[:RESULTED_IN]->(r)
  WHERE (t.status = 'SUCCEEDED' AND r.status <> 'COMPLETE') OR (t.status = 'PARTIAL' AND (r.status <> 'PARTIAL' OR r.note IS NULL))
  RETURN t.id AS id
  UNION ALL
  MATCH (t:Task) WHERE NOT t.status IN ['SUCCEEDED', 'PARTIAL']
  MATCH (t)-[:RESULTED_IN]->(r) WHERE NOT EXISTS { (t)-[:HAD_RUN]->()-[:RESULTED_IN]->(r) }
  RETURN t.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
