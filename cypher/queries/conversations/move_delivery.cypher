// Say up to which line a conversation has arrived, and what those lines were.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId}) WHERE d.line = $line AND d.isLanding IS NULL
SET d.line = $to, d.sha256 = $sha256
RETURN d.line AS line
