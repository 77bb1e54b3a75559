// What stands where no results are.

const EXAMPLES = ["parse a date", "retry a request", "read a config file", "where are errors handled"];

/**
 * Say what there is to search, or why nothing was found.
 *
 * @param {HTMLElement} section Where it is said.
 * @param {"start" | "filters" | "words" | null} why Null hides it.
 * @param {object | null} about What is in the index.
 * @param {string} query What was asked.
 */
export function showWelcome(section, why, about, query) {
  section.hidden = why === null;
  if (why === "start") section.replaceChildren(...start(about));
  else if (why === "filters") {
    section.replaceChildren(
      element("h2", "Nothing passes the filters"),
      element("p", `No chunk that passes them answers “${query}”.`),
      button("Clear filters", { clear: "" }),
    );
  } else if (why === "words") {
    section.replaceChildren(
      element("h2", "No results"),
      element("p", `No chunk has a word of “${query}”. Rank by meaning, or by both.`),
    );
  }
}

function start(about) {
  const numbers = element("dl", "");
  numbers.className = "numbers";
  const languages = Object.keys(about.languages).length;
  for (const [name, value] of [
    [about.files === 1 ? "file" : "files", about.files],
    [about.chunks === 1 ? "chunk" : "chunks", about.chunks],
    [languages === 1 ? "language" : "languages", languages],
  ]) {
    const pair = element("div", "");
    pair.append(element("dt", name), element("dd", value.toLocaleString("en")));
    numbers.append(pair);
  }
  const root = element("p", about.roots.join(" · "));
  root.className = "root";
  const examples = element("div", "");
  examples.className = "examples";
  examples.append(...EXAMPLES.map((text) => button(text, { query: text })));
  const when = new Date(about.updated).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  const foot = element("p", `Indexed ${when} by ${about.spaces.map((space) => space.teacher).join(" and ")}`);
  const encoder = element("p", `Queries are embedded by ${about.encoder.split(/[\\/]/).pop()}`);
  for (const line of [foot, encoder]) line.className = "foot";
  return [element("h2", "Ask for code in your own words"), root, numbers, examples, foot, encoder];
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function button(text, data) {
  const made = element("button", text);
  made.type = "button";
  made.className = "pill";
  Object.assign(made.dataset, data);
  return made;
}
