// Of a page of all sources, in the order of their ids, those that cannot be found to their end yet.
CYPHER 25
CALL () {
  MATCH (s:Source)
  WHERE s.id > $after
  RETURN s ORDER BY s.id LIMIT $limit
}
WITH collect(s) AS page
RETURN page[-1].id AS last, [s IN page WHERE s.length > coalesce(s.searchedTo, 0) | s.id] AS ids
