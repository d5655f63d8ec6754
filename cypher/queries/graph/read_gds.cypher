// Whether Graph Data Science is there with all that the analyses call.
CYPHER 25
SHOW PROCEDURES YIELD name
WHERE name IN ['gds.pageRank.stream', 'gds.louvain.stream', 'gds.wcc.stream', 'gds.graph.drop']
RETURN count(*) = 4 AS isThere
