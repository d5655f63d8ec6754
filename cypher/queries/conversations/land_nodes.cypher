// Give some nodes that have arrived their labels.
CYPHER 25
MATCH (n:Incoming) WHERE n.incomingTo = $deliveryId AND n.incomingAs = $as AND n.incomingId > $after
WITH n ORDER BY n.incomingTo, n.incomingAs, n.incomingId LIMIT $limit
WITH collect(n) AS page, max(n.incomingId) AS last
FOREACH (n IN page |
  SET n:$($labels)
  REMOVE n:Incoming, n.incomingTo, n.incomingAs, n.incomingId)
RETURN last
