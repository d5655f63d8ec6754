// What the checks of all pages need: they run in the page's own program, after its snippets.
import { strict as assert } from "node:assert";

export { assert };

/** Waits until `condition` is true, up to a minute. */
export async function until(condition) {
  const end = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Has the test cut all connections to the service, and refuse new ones for a moment. */
export async function cut() {
  const cutting = new Promise((resolve) => process.stdin.once("data", resolve));
  process.stdout.write("\n#cut\n");
  await cutting;
}

/** That `shown` is each message of the chat once, in order: what a client shows is what is in the graph. */
export function assertSame(shown, written) {
  assert.deepEqual(shown.map(({ id }) => id), written.map(({ id }) => id));
  assert.equal(new Set(shown.map(({ id }) => id)).size, shown.length);
}

/** What the snippets saw of their first prompt, and how an answer is shown while it comes. */
export async function assertAnswered(ended, showAnswer, send) {
  assert.equal(ended.taskStatus, "SUCCEEDED");
  assert.equal(ended.answer.content, "What is an antiphon?");
  const pieces = [];
  await showAnswer(await send("piece by piece"), (text) => pieces.push(text));
  assert.deepEqual(pieces, ["piece by piece", "piece by piece"]);
}

/** What is sent twice with one key is one task; `send` takes the key. */
export async function assertSentOnce(send) {
  const key = crypto.randomUUID();
  const [once, again] = [await send(key), await send(key)];
  assert.equal(once.task.id, again.task.id);
}

/** The end, whatever is still subscribed. */
export function done() {
  process.stdout.write("\n#done\n", () => process.exit(0));
}
