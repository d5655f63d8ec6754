// Summaries by level
CYPHER 25
// Of the conversation that has the newest summary: 4 of its summaries, the highest levels first, the newest 8 of what each is made of, and the
// message where it ends. Each begins with its level. Empty as long as nothing is summarized: what is too long for a model is, and
// `antiphon summarize last` does it. Another conversation: put the id of a summary of it between the quotes.
MATCH (newest:Summary) WHERE newest.id STARTS WITH ''
WITH newest ORDER BY newest.id DESC LIMIT 1
MATCH (s:Summary) WHERE s.id > ''
WITH newest, s ORDER BY s.id DESC LIMIT 10000
WITH s WHERE s.conversationId = newest.conversationId
WITH s ORDER BY s.level DESC, s.id DESC LIMIT 4
OPTIONAL CALL (s) {
  MATCH made = (s)-[:SUMMARIZES]->(one)
  RETURN made ORDER BY one.id DESC LIMIT 8
}
OPTIONAL MATCH ends = (s)-[:ENDS_AT]->(:Message)
RETURN s, made, ends LIMIT 200;
