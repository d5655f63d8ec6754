import { assert, assertAnswered, assertSame, assertSentOnce, cut, done, until } from "./harness.js";

await assertAnswered(ended, showAnswer, send);
await assertSentOnce((key) => send("twice", undefined, key));

let long = await openChat(process.env.LONG_CHAT);
assert.equal(long.messages.edges.length, 50);
while (long.messages.pageInfo.hasPreviousPage) long = await openChat(long.id, long.messages.pageInfo.startCursor);
assert.equal(long.messages.edges.length, Number(process.env.LONG_CHAT_MESSAGES));
assert.equal(long.messages.edges[0].node.content, "Prompt 1.");

const now = async () => (await openChat(chat.id)).messages.edges.map(({ node }) => node);
await until(async () => (await now()).length === 4);
await cut();
await send("after the cut", chat.id);
const plain = new Client({ url, preferGetMethod: false, exchanges: [fetchExchange] });
const written = async () => {
  const { data } = await plain.query(CHAT, { id: chat.id });
  return data.conversation.messages.edges.map(({ node }) => node);
};
await until(async () => (await written()).length === 6);
await until(async () => (await now()).length >= 6);
assertSame(await now(), await written());

await assert.rejects(send("x", "nothing"), ({ graphQLErrors: [{ extensions }] }) => extensions.code === "NOT_FOUND");
done();
