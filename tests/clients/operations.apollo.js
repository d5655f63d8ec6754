// Apollo pages by the shipped operations, forwards, backwards, and from the middle both ways.
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { readFile } from "node:fs/promises";
import { assert, done } from "./harness.js";

const { URL, OPERATIONS, CONVERSATION, CONVERSATIONS, MESSAGES } = process.env;
const shipped = async (name) => gql(await readFile(`${OPERATIONS}/${name}.graphql`, "utf8"));
const [messages, conversations] = [await shipped("Messages"), await shipped("Conversations")];

function client() {
  const cache = new InMemoryCache({
    possibleTypes: { Message: ["Prompt", "Response"] },
    typePolicies: {
      Query: { fields: { conversations: relayStylePagination(["filter", "orderBy"]) } },
      Conversation: { fields: { messages: relayStylePagination(["branch"]) } },
    },
  });
  return new ApolloClient({ link: new HttpLink({ uri: URL }), cache });
}

/** A list as a component shows it, and what fetches the page after or before it. */
async function open(query, variables, list) {
  const apollo = client();
  const watched = apollo.watchQuery({ query, variables });
  await new Promise((resolve) => watched.subscribe(({ loading }) => loading || resolve()));
  const shown = () => list(apollo.readQuery({ query, variables: watched.variables }));
  const fetchMore = (variables) => watched.fetchMore({ variables });
  const next = () => fetchMore({ first: 4, after: shown().pageInfo.endCursor, last: null, before: null });
  const previous = () => fetchMore({ last: 4, before: shown().pageInfo.startCursor, first: null, after: null });
  return { shown, next, previous };
}

async function readAll(query, variables, list, expected) {
  const { shown, next, previous } = await open(query, variables, list);
  while (shown().pageInfo.hasNextPage) await next();
  while (shown().pageInfo.hasPreviousPage) await previous();
  assert.deepEqual(shown().edges.map(({ node }) => node.id), JSON.parse(expected));
}

const conversationId = CONVERSATION;
const chat = ({ conversation }) => conversation.messages;
await readAll(messages, { conversationId, last: 5 }, chat, MESSAGES);
await readAll(messages, { conversationId, first: 5, last: null }, chat, MESSAGES);
const middle = (await open(messages, { conversationId, first: 5, last: null }, chat)).shown().pageInfo.endCursor;
await readAll(messages, { conversationId, first: 3, after: middle, last: null }, chat, MESSAGES);
await readAll(messages, { conversationId, last: 3, before: middle }, chat, MESSAGES);

const all = ({ conversations }) => conversations;
for (const orderBy of ["CREATED", "UPDATED"]) {
  await readAll(conversations, { first: 2, filter: { title: "Paged" }, orderBy }, all, CONVERSATIONS);
}
done();
