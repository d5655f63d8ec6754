// Take from some thousand nodes the id that they had.
CYPHER 25
MATCH (n:BeingCopied)
WITH n LIMIT 5000
REMOVE n:BeingCopied, n.copyOf
RETURN count(*) AS done
