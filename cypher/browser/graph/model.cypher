// The model itself
CYPHER 25
// Every label that there is, and how they are tied. docs/graph-model.md says what each is.
CALL db.schema.visualization();
