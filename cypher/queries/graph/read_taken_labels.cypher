// Which of our labels have nodes already: before the first migration, another application's.
CYPHER 25
// Counts are known to the server; nothing is scanned.
UNWIND [
  ['Attempt', COUNT { (:Attempt) }], ['Branch', COUNT { (:Branch) }], ['Conversation', COUNT { (:Conversation) }],
  ['Message', COUNT { (:Message) }], ['Model', COUNT { (:Model) }], ['Prompt', COUNT { (:Prompt) }],
  ['Response', COUNT { (:Response) }], ['Run', COUNT { (:Run) }], ['Source', COUNT { (:Source) }],
  ['Strategy', COUNT { (:Strategy) }], ['Subtask', COUNT { (:Subtask) }], ['Summary', COUNT { (:Summary) }],
  ['Task', COUNT { (:Task) }], ['TaskEvent', COUNT { (:TaskEvent) }], ['Template', COUNT { (:Template) }],
  ['Tool', COUNT { (:Tool) }],
  ['Migration', COUNT { MATCH (m:Migration) WHERE m.version > 0 AND m.checksum IS NULL AND m.begun IS NULL }]
] AS found
WITH found WHERE found[1] > 0
RETURN found[0] AS label ORDER BY label
