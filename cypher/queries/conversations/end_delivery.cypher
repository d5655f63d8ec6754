// Delete a delivery of which nothing is left, and what it brought that nothing else is tied to.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId}) WHERE d.isLanding IS NULL
  AND NOT EXISTS { MATCH (n:Incoming) WHERE n.incomingTo = d.id AND n.incomingAs >= '' AND n.incomingId >= '' }
SET d.touchedAt = timestamp()
WITH d, COLLECT { MATCH (d)-[:BRINGS]->(s) WHERE NOT EXISTS { (s)--(other) WHERE other <> d AND NOT other:Passage } RETURN s } AS brought
WITH d, brought, COLLECT { UNWIND brought AS s MATCH (s)<-[:OF]-(p:Passage) RETURN p } AS passages
FOREACH (n IN passages + brought | DETACH DELETE n)
DETACH DELETE d
