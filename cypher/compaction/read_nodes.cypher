// Every node of the graph, to be written into another.
CYPHER 25
MATCH (n)
RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS properties
