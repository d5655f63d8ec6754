// GraphiQL for this service: how it asks (JSON, and server-sent events for subscriptions), the API key, and the examples.
"use strict";

(() => {
  const { createElement: h, useEffect, useMemo, useState } = React;
  const ENDPOINT = location.pathname;
  const KEY = "antiphon-api-key";
  const PANEL = "antiphon-panel";
  const ACCEPT = "application/graphql-response+json, application/json, text/event-stream";
  const FIRST = `# "Examples", on the left, has each operation that Antiphon comes with.
# Ctrl-Enter runs what is written here.

{
  models {
    id
    contextWindow
  }
}
`;

  // --- asking -------------------------------------------------------------------------------------

  function makeFetcher(refused) {
    return async (asked, options) => {
      const key = sessionStorage.getItem(KEY);
      const stopping = new AbortController();
      const response = await fetch(ENDPOINT, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: ACCEPT,
          ...(key ? { authorization: `Bearer ${key}` } : {}),
          ...options?.headers,
        },
        body: JSON.stringify(asked),
        signal: stopping.signal,
      });
      if (response.status === 401) refused();
      const isStream = (response.headers.get("content-type") ?? "").startsWith("text/event-stream");
      return isStream ? stoppable(readEvents(response.body), stopping) : remember(await response.json());
    };
  }

  // A generator that waits cannot be ended; what it waits for can.
  function stoppable(events, stopping) {
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: () => events.next().catch((error) => (stopping.signal.aborted ? { done: true } : Promise.reject(error))),
      return() {
        stopping.abort();
        return Promise.resolve({ done: true });
      },
    };
  }

  async function* readEvents(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error("The connection broke off. Run the subscription again, with its last cursor.");
      const parts = (text + value).split("\n\n");
      text = parts.pop();
      for (const part of parts) {
        const { event, data } = readEvent(part);
        if (event === "complete") return;
        if (event === "next") yield JSON.parse(data);
      }
    }
  }

  function readEvent(part) {
    const fields = part.split("\n").map((line) => line.match(/^(event|data): ?(.*)$/) ?? []);
    return Object.fromEntries(fields.map(([, name, value]) => [name, value]));
  }

  // The ids that were seen last, for the examples that need one: `<task>` stands for that of a task.
  const seen = {};

  function remember(answer) {
    const look = (value) => {
      for (const [name, inner] of Object.entries(value ?? {})) {
        if (typeof inner?.id === "string") seen[`<${name}>`] = inner.id;
        if (typeof inner === "object") look(inner);
      }
    };
    look(answer.data);
    return answer;
  }

  // --- the page -----------------------------------------------------------------------------------

  function ApiKey({ use }) {
    const [key, setKey] = useState("");
    const submit = (event) => {
      event.preventDefault();
      sessionStorage.setItem(KEY, key.trim());
      use();
    };
    return h(
      "form",
      { className: "api-key", onSubmit: submit },
      h("label", { htmlFor: "api-key" }, "This service wants an API key:"),
      h("input", {
        id: "api-key",
        type: "password",
        autoComplete: "off",
        value: key,
        onChange: (event) => setKey(event.target.value),
      }),
      h("button", { type: "submit" }, "Use it"),
      h("span", null, "It is kept until this tab is closed, and sent to this service alone."),
    );
  }

  function Examples() {
    const [groups, setGroups] = useState([]);
    const editor = GraphiQL.React.useEditorContext({ nonNull: true });
    useEffect(() => {
      fetch("graphiql/examples.json").then((response) => response.json()).then(setGroups);
    }, []);
    const open = ({ text, variables }) => {
      const index = editor.tabs.findIndex((tab) => tab.query === text);
      if (index >= 0) return editor.changeTab(index);
      editor.addTab();
      // The tab is there once React has drawn it.
      setTimeout(() => {
        editor.queryEditor.setValue(text);
        editor.variableEditor.setValue(variables.replace(/<\w+>/g, (id) => seen[id] ?? id));
      });
    };
    return h(
      "section",
      { className: "examples", "aria-label": "Examples" },
      h("div", { className: "graphiql-doc-explorer-title" }, "Examples"),
      groups.map(({ title, examples }) =>
        h(
          "div",
          { key: title },
          h("h3", null, title),
          h(
            "ul",
            null,
            examples.map((it) =>
              h("li", { key: it.name }, h("button", { type: "button", onClick: () => open(it) }, it.name)),
            ),
          ),
        ),
      ),
    );
  }

  const icon = () =>
    h(
      "svg",
      { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", strokeWidth: 1.5, "aria-hidden": true },
      h("path", { d: "M5 4h11l3 3v13H5zM9 10h6M9 13h6M9 16h4" }),
    );

  const rememberPanel = (shown) => localStorage.setItem(PANEL, shown?.title ?? "");

  function Page() {
    const [wantsKey, setWantsKey] = useState(false);
    const [tries, setTries] = useState(0);
    const fetcher = useMemo(() => makeFetcher(() => setWantsKey(true)), []);
    const plugins = useMemo(
      () => [{ title: "Examples", icon, content: Examples }, GraphiQLPluginExplorer.explorerPlugin()],
      [],
    );
    const use = () => {
      setWantsKey(false);
      setTries(tries + 1);
    };
    const [panel] = useState(() => localStorage.getItem(PANEL) ?? "Examples");
    return h(
      React.Fragment,
      null,
      wantsKey && h(ApiKey, { use }),
      // With another key the schema is read again.
      h(GraphiQL, {
        key: tries,
        fetcher,
        plugins,
        visiblePlugin: panel || undefined,
        onTogglePluginVisibility: rememberPanel,
        defaultQuery: FIRST,
        defaultEditorToolsVisibility: true,
        inputValueDeprecation: true,
      }),
    );
  }

  ReactDOM.createRoot(document.getElementById("page")).render(h(Page));
})();
