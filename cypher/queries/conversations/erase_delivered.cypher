// Delete some of what has arrived of a conversation that will not be whole.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId}) WHERE d.isLanding IS NULL
SET d.line = -1
WITH d
CALL (d) {
  MATCH (n:Incoming) WHERE n.incomingTo = d.id AND n.incomingAs >= '' AND n.incomingId >= ''
  WITH n LIMIT $limit
  DETACH DELETE n
  RETURN count(*) AS done
}
RETURN done
