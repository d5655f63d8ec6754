// The statements that make the constraints which there are.
CYPHER 25
SHOW CONSTRAINTS YIELD createStatement RETURN createStatement AS statement
