// Whether the graph knows anything of ours yet.
CYPHER 25
RETURN EXISTS { MATCH (c:Conversation) WHERE c.id > '' } OR EXISTS { MATCH (s:Strategy) WHERE s.id > '' } AS known
