// Every relationship of the graph, to be written into another.
CYPHER 25
MATCH (a)-[r]->(b)
RETURN elementId(a) AS from, elementId(b) AS to, type(r) AS type, properties(r) AS properties
