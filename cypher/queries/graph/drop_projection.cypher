// Let go of a graph that Graph Data Science holds in memory, of an analysis that was ended.
CYPHER 25
CALL gds.graph.drop($projection, false) YIELD graphName
RETURN graphName
