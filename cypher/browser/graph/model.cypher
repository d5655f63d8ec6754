// The model itself
CYPHER 25
// The labels of this graph, and how they are tied. Left out are those that a newcomer does not need, and `Message`: prompts and answers are
// messages. All of them: CALL db.schema.visualization(). docs/graph-model.md says what each is.
CALL db.schema.visualization() YIELD nodes, relationships
WITH nodes, relationships, ['Branch', 'Conversation', 'Task', 'Subtask', 'Attempt', 'Model', 'Prompt', 'Response', 'Document', 'Source',
  'Summary', 'Annotation'] AS shown
RETURN [n IN nodes WHERE labels(n)[0] IN shown] AS labels,
       [r IN relationships WHERE labels(startNode(r))[0] IN shown AND labels(endNode(r))[0] IN shown] AS ties;
