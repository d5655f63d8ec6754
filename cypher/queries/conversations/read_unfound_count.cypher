// How many of an owner's passages have no vector of the model yet, counted up to a bound.
CYPHER 25
UNWIND $states AS state
CALL (state) {
  MATCH (p:Passage)
  WHERE p.embeddedAs = state AND p.ownerId = $ownerId AND p.id > ''
  RETURN p LIMIT $most
}
RETURN count(p) AS waiting
