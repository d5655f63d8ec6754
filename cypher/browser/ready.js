// Puts our style and saved queries into Neo4j Browser's own storage, before Browser starts and reads it.
// `given` is what we bring, `storage` the page's local storage.
// What a person has changed, moved or removed stays so. What we brought last is kept under `antiphon`, to tell.
function ready(given, storage) {
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const read = (key) => {
    try {
      return JSON.parse(storage.getItem(key));
    } catch {
      return null; // It is not ours to mend: Browser begins anew there too.
    }
  };
  const write = (key, value) => storage.setItem(key, JSON.stringify(value));
  const before = { style: {}, favourites: {}, ...read("antiphon") };

  const styled = read("neo4j.grass") ?? {};
  const theirs = (selector) =>
    selector in styled && selector in before.style && !same(styled[selector], before.style[selector]);
  const style = {};
  // Ours first, in our order: the last rule that fits a node wins.
  for (const [selector, rule] of Object.entries(given.style)) style[selector] = theirs(selector) ? styled[selector] : rule;
  write("neo4j.grass", { ...style, ...Object.fromEntries(Object.entries(styled).filter(([key]) => !(key in style))) });

  const stored = read("neo4j.documents");
  const documents = Array.isArray(stored) ? stored : [];
  const there = new Map(documents.map((favourite) => [favourite.id, favourite]));
  const wasOurs = (favourite) => before.favourites[favourite.id] === favourite.content;
  const emptied = !Object.keys(before.favourites).some((id) => there.has(id));
  const removed = ({ id, content }) => !emptied && !there.has(id) && before.favourites[id] === content;
  const changed = ({ id }) => there.has(id) && !wasOurs(there.get(id));
  const brought = given.favourites
    .filter((favourite) => !changed(favourite) && !removed(favourite))
    .map((favourite) => ({ ...favourite, folder: there.get(favourite.id)?.folder ?? favourite.folder }));
  const favourites = [...brought, ...documents.filter((favourite) => !wasOurs(favourite))];
  write("neo4j.documents", favourites);

  const named = read("neo4j.folders");
  const folders = Array.isArray(named) ? named : [];
  const missing = ({ id }) => !folders.some((folder) => folder.id === id) && favourites.some(({ folder }) => folder === id);
  write("neo4j.folders", [...given.folders.filter(missing), ...folders]);

  // `initCmd`: our guide is opened in place of Browser's own beginning.
  write("neo4j.settings", { allowUserStats: false, allowCrashReports: false, initCmd: "", ...read("neo4j.settings") });

  const contents = Object.fromEntries(given.favourites.map(({ id, content }) => [id, content]));
  write("antiphon", { style: given.style, favourites: contents });
}
