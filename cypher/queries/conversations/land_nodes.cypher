// Give some nodes that have arrived their labels; the last of them, where there may be more.
CYPHER 25
MATCH (n:Incoming) WHERE n.incomingTo = $deliveryId AND n.incomingAs = $as AND n.incomingId > $after
WITH n ORDER BY n.incomingTo, n.incomingAs, n.incomingId LIMIT $limit
WITH collect(n) AS page, CASE WHEN count(n) = $limit THEN max(n.incomingId) END AS last
FOREACH (n IN page |
  SET n:$($labels)
  REMOVE n:Incoming, n.incomingTo, n.incomingAs, n.incomingId)
RETURN last
