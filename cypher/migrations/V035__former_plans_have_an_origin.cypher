// Versions that were found in the plans of tasks say where they are from, as all others do: a graph file asks for it.
CYPHER 25
MATCH (s:Strategy) WHERE s.origin IS NULL
CALL (s) {
  SET s.origin = CASE WHEN EXISTS { (s)<-[:MADE]-() } THEN 'MODEL' ELSE 'CALLER' END,
    s.description = coalesce(s.description, '')
} IN TRANSACTIONS OF 1000 ROWS;
