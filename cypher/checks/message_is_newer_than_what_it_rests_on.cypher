// A message has a later number than all that it stands below, uses or is made of: nothing goes in circles.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (m:Message)-[:CONTINUES|RESPONDS_TO|DECOMPOSES|USES|SYNTHESIZES|RESULT_OF|REVISES]->(earlier:Message)
WHERE m.seq <= earlier.seq
RETURN count(*) AS count, collect(m.id)[..5] AS ids
