// The filters next to the results.

const MOST = 12; // languages that are listed; chosen ones always are
const $ = (id) => document.getElementById(id);
const NAMED = { function: "Functions", class: "Classes", section: "Sections", window: "Other lines" };

/** What is chosen. */
export function chosen() {
  const checked = (group) => [...$(group).querySelectorAll("input:checked")].map((box) => box.value);
  return {
    mode: document.querySelector("input[name=mode]:checked").value,
    language: checked("languages"),
    kind: checked("kinds"),
    path: $("path").value.split(/[\s,]+(?![^{]*\})/).filter(Boolean),
    regex: $("regex").value,
  };
}

/** Choose what an address asks for; boxes that are not there yet are made. */
export function choose(asked) {
  document.querySelector(`input[name=mode][value=${asked.mode}]`).checked = true;
  $("path").value = asked.path.join(" ");
  $("regex").value = asked.regex;
  fill($("languages"), asked.language.map((name) => [name, 0]), asked.language, (name) => name);
  fill($("kinds"), asked.kind.map((name) => [name, 0]), asked.kind, (name) => NAMED[name] ?? name);
  count();
}

/** Show how many chunks every choice has. */
export function showFacets(facets) {
  const now = chosen();
  const languages = Object.entries(facets.languages);
  const listed = languages.filter(([name], place) => place < MOST || now.language.includes(name));
  const missing = now.language.filter((name) => !(name in facets.languages)).map((name) => [name, 0]);
  fill($("languages"), [...listed, ...missing], now.language, (name) => name);
  const kinds = Object.keys(NAMED).map((name) => [name, facets.kinds[name] ?? 0]);
  fill($("kinds"), kinds.filter(([name, number]) => number || now.kind.includes(name)), now.kind, (name) => NAMED[name]);
  count();
}

/** Leave nothing out any more. */
export function clear() {
  for (const box of document.querySelectorAll("#languages input, #kinds input")) box.checked = false;
  $("path").value = "";
  $("regex").value = "";
  count();
}

/** How many filters are set. */
export function active() {
  const { language, kind, path, regex } = chosen();
  return language.length + kind.length + path.length + (regex ? 1 : 0);
}

function count() {
  const number = active();
  $("active").textContent = String(number);
  $("active").hidden = number === 0;
  $("reset").hidden = number === 0;
}

/** The boxes of a group; those that were there stay the same elements, and so keep the focus. */
function fill(group, counts, on, title) {
  const there = new Map([...group.querySelectorAll("label")].map((label) => [label.dataset.value, label]));
  const labels = counts.map(([value, number]) => {
    const label = there.get(value) ?? box(group.id, value, title(value));
    there.delete(value);
    label.querySelector("input").checked = on.includes(value);
    label.querySelector(".number").textContent = number.toLocaleString("en");
    label.classList.toggle("none", number === 0);
    return label;
  });
  for (const label of there.values()) label.remove();
  labels.forEach((label, place) => {
    if (group.children[place + 1] !== label) group.insertBefore(label, group.children[place + 1] ?? null);
  });
}

function box(name, value, title) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  const text = document.createElement("span");
  const number = document.createElement("span");
  label.dataset.value = value;
  label.className = "choice";
  Object.assign(input, { type: "checkbox", name, value });
  if (name === "languages") {
    const dot = document.createElement("span");
    dot.className = "dot";
    dot.dataset.language = value;
    text.append(dot);
  }
  text.append(title);
  text.className = "name";
  number.className = "number";
  label.append(input, text, number);
  return label;
}
