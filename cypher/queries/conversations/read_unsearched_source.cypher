// A source that can be found as far as `searchedTo`, with its text.
CYPHER 25
MATCH (s:Source {id: $sourceId})
RETURN s {.id, .ownerId, .title, .text, searchedTo: coalesce(s.searchedTo, 0), createdAt: s.createdAt.epochMillis} AS source
