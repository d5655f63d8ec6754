// No relationship is there twice, and nothing is tied to itself; the same text may be read, and asked about, under two names.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (a:Conversation|Message|Branch|Task|Subtask|Attempt|Model|Source|Template|Tool|Run|Strategy)
  WHERE COUNT { (a)-[e]->() WHERE NOT type(e) IN ['READS', 'ABOUT', 'COVERS', 'CALLED', 'OFFERS', 'REFERENCES'] }
    <> COUNT { MATCH (a)-[e]->(b) WHERE NOT type(e) IN ['READS', 'ABOUT', 'COVERS', 'CALLED', 'OFFERS', 'REFERENCES'] RETURN DISTINCT type(e), b }
  RETURN a.id AS id
  UNION ALL
  MATCH (a:Conversation|Message|Branch|Task|Subtask|Attempt|Model|Source|Template|Tool|Run|Strategy)-->(a)
  RETURN a.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
