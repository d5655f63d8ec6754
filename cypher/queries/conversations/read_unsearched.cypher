// Of a page of all conversations, in the order of their ids, those of which not all can be found yet.
CYPHER 25
CALL () {
  MATCH (c:Conversation)
  WHERE c.id > $after
  RETURN c ORDER BY c.id LIMIT $limit
}
WITH collect(c) AS page
RETURN page[-1].id AS last, [c IN page WHERE c.lastSeq > coalesce(c.searchedSeq, 0) | c.id] AS ids
