// Some deliveries to which nothing was added since a moment (ms since 1970), the oldest first.
CYPHER 25
MATCH (d:Delivery) WHERE d.touchedAt < $before
WITH d ORDER BY d.touchedAt LIMIT $limit
RETURN collect(d {.id, .isLanding}) AS rows
