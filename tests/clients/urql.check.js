import { assert, assertSame, cut, done, until } from "./harness.js";

assert.equal(ended.taskStatus, "SUCCEEDED");
assert.equal(ended.answer.content, "What is an antiphon?");

const pieces = [];
await showAnswer(await send("piece by piece"), (text) => pieces.push(text));
assert.deepEqual(pieces, ["piece by piece", "piece by piece"]);

const key = crypto.randomUUID();
const [once, again] = [await send("twice", undefined, key), await send("twice", undefined, key)];
assert.equal(once.task.id, again.task.id);

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
