// The list of results.

const LINES = 12; // of code that is shown before a result is expanded
const ABOVE = 2; // lines above the first match
let best = 1; // the highest score
const template = document.getElementById("hit");

/** Put hits in place of those before; what stays the best hit stays expanded. */
export function showHits(list, hits) {
  const expanded = new Set([...list.querySelectorAll("article.expanded")].map((article) => article.dataset.place));
  const focused = document.activeElement?.closest?.("article")?.dataset.place;
  best = hits[0]?.score ?? 1;
  list.replaceChildren(...hits.map((hit, number) => entry(hit, number, hits.length)));
  for (const article of list.querySelectorAll("article")) {
    if (expanded.has(article.dataset.place)) toggle(article);
    if (article.dataset.place === focused) article.focus({ preventScroll: true });
  }
}

/** Put further hits after those that are there. */
export function addHits(list, hits) {
  const before = list.querySelectorAll("article").length;
  list.append(...hits.map((hit, number) => entry(hit, before + number, before + hits.length)));
}

/** Show all lines of a result, or the first ones again. */
export function toggle(article) {
  const button = article.querySelector(".expand");
  if (button.hidden) return;
  const open = article.classList.toggle("expanded");
  button.setAttribute("aria-expanded", String(open));
  button.textContent = open ? "Show less" : `Show all ${article.dataset.lines} lines`;
}

/** Copy path:line of a result. */
export async function copyPath(article) {
  const button = article.querySelector(".copy");
  const said = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(article.dataset.place);
    said.textContent = "Copied";
    button.classList.add("done");
  } catch {
    said.textContent = "Not allowed";
  }
  setTimeout(() => {
    said.textContent = "Copy";
    button.classList.remove("done");
  }, 1400);
}

function entry(hit, number, count) {
  const item = template.content.firstElementChild.cloneNode(true);
  const article = item.querySelector("article");
  const part = (name) => item.querySelector(`.${name}`);
  const slash = hit.path.lastIndexOf("/") + 1;
  part("folder").textContent = hit.path.slice(0, slash);
  part("file").textContent = hit.path.slice(slash);
  const line = hit.match_lines[0] ?? hit.start_line;
  part("line").textContent = `:${line}`;
  part("symbol").textContent = hit.symbol;
  part("kind").textContent = hit.kind === "window" ? "lines" : hit.kind;
  part("language").textContent = hit.language;
  part("stale").hidden = !hit.stale;
  part("score").append(bar(best ? hit.score / best : 0), hit.score.toFixed(3));
  part("score").title = "Score: comparable within one search";
  part("dot").dataset.language = hit.language;
  article.dataset.place = `${hit.path}:${line}`;
  article.dataset.chunk = `${hit.path}:${hit.start_line}-${hit.end_line}`;
  article.dataset.lines = String(hit.html.length);
  article.id = `hit-${number}`;
  article.setAttribute("aria-label", `${number + 1} of ${count}: ${hit.symbol || hit.kind}, ${article.dataset.place}`);
  part("code").setAttribute("aria-label", `Lines ${hit.start_line} to ${hit.end_line}`);
  part("lines").append(...rows(hit, line - hit.start_line));
  const button = part("expand");
  button.hidden = hit.html.length <= LINES + 1;
  button.textContent = `Show all ${hit.html.length} lines`;
  if (button.hidden) article.classList.add("short");
  return item;
}

/** The lines of a hit; those that are hidden until it is expanded are aside: all but the first, or around its match. */
function rows(hit, match) {
  const first = match < LINES ? 0 : Math.min(match - ABOVE, hit.html.length - LINES);
  return hit.html.map((html, place) => {
    const made = row(html, hit.start_line + place);
    made.classList.toggle("aside", place < first || place >= first + LINES);
    made.classList.toggle("match", hit.match_lines.includes(hit.start_line + place));
    return made;
  });
}

function row(html, number) {
  const line = document.createElement("div");
  line.className = "row";
  line.dataset.number = String(number);
  const code = document.createElement("code");
  code.innerHTML = html; // escaped by the server
  line.append(code);
  return line;
}

function bar(share) {
  const element = document.createElement("span");
  element.className = "bar";
  element.setAttribute("aria-hidden", "true");
  const filled = document.createElement("span");
  filled.style.width = `${Math.round(100 * Math.max(0, Math.min(1, share)))}%`;
  element.append(filled);
  return element;
}
