// Search as you type: what is asked, what is shown, and what the address says.

import { Problem, fromAddress, index, parameters, search } from "./api.js";
import * as filters from "./filters.js";
import { listen } from "./keys.js";
import { addHits, copyPath, showHits, toggle } from "./results.js";
import { showTeaching } from "./teaching.js";
import { showWelcome } from "./welcome.js";

const PATIENCE = 150; // milliseconds that a new key waits for the answer to the one before
const SHOWN = 10; // hits
const MORE = 20; // when more are asked for
const MOST = 100; // that are asked for at once
const BETWEEN_LOOKS = 10_000; // milliseconds; whether the index has changed
const $ = (id) => document.getElementById(id);
const input = $("query");

let shown = SHOWN; // hits that are there, or wanted
let like = ""; // a place, when code like that at it is asked for
let waiting = 0; // a timer, while something newer is to be asked
let running = new AbortController();
let answered = true;
let about = null;

const asked = () => ({ q: input.value.trim(), like, ...filters.chosen() });

/** Ask for what stands in the page, or for more of it; an answer that is late is dropped with its request. */
async function run(further = false) {
  clearTimeout(waiting);
  waiting = 0;
  running.abort();
  running = new AbortController();
  answered = false;
  const { signal } = running;
  const wanted = asked();
  history.replaceState(null, "", `?${parameters(wanted)}`.replace(/^\?$/, location.pathname));
  document.title = wanted.q || like ? `${wanted.q || like} – Puma` : "Puma";
  $("like").hidden = like === "";
  $("like").firstElementChild.textContent = `Code like ${like}`;
  $("clear").hidden = input.value === "";
  const busy = setTimeout(() => $("busy").classList.add("on"), 120);
  try {
    const [limit, offset] = further ? [MORE, shown] : [Math.min(shown, MOST), 0];
    if (!wanted.q && !wanted.regex && !wanted.like) showNothing(await index(wanted, signal));
    else show(await search(wanted, limit, offset, signal), limit, offset);
    report(null);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Problem)) throw error;
    report(error);
  } finally {
    clearTimeout(busy);
    if (running.signal === signal) {
      answered = true;
      $("busy").classList.remove("on");
      if (waiting) run();
    }
  }
}

function show(found, limit, offset) {
  filters.showFacets(found.facets);
  note(found.note);
  (offset ? addHits : showHits)($("results"), found.hits);
  const number = offset + found.hits.length;
  const more = found.hits.length === limit;
  const passing = found.facets.chunks.toLocaleString("en");
  if (number) shown = Math.max(number, SHOWN);
  $("count").textContent = number
    ? `${more ? "Best " : ""}${number} of ${passing} ${found.facets.chunks === 1 ? "chunk" : "chunks"}`
    : "No results";
  $("about").textContent = `Encoder ${found.encoder.split(/[\\/]/).pop()} · ${found.milliseconds.toFixed(0)} ms`;
  $("more").hidden = !more;
  showWelcome($("welcome"), number ? null : filters.active() ? "filters" : "words", about, found.query);
  if (about && differs(about, found)) look();
}

function showNothing(found) {
  about = found;
  showTeaching($("teaching"), found);
  filters.showFacets(found.facets);
  note("");
  $("results").replaceChildren();
  $("count").textContent = "";
  $("about").textContent = "";
  $("more").hidden = true;
  showWelcome($("welcome"), "start", found, "");
}

/** Say what has changed and is not in the index yet; nothing where it is up to date. */
function note(text) {
  $("note").textContent = text;
  $("note").hidden = text === "";
}

function report(problem) {
  $("problem").hidden = problem === null;
  if (problem === null) return;
  $("problem").textContent = problem.message;
  $("problem").classList.toggle("broken", problem.message.includes("\n"));
  note("");
  $("results").replaceChildren();
  $("count").textContent = "";
  $("more").hidden = true;
  $("welcome").hidden = true;
}

/** Whether an index has changed: its files, or how many chunks its teacher has embedded. */
const differs = (one, other) => one.updated !== other.updated || one.taught !== other.taught;

/** Look whether the index has changed, is gone or is back; what is shown follows it. */
async function look() {
  if (document.hidden) return;
  try {
    const found = await index(asked());
    const updated = about !== null && differs(about, found);
    about = found;
    showTeaching($("teaching"), found);
    if (updated || !$("problem").hidden) run();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    report(error);
  }
}

/** Ask at once; or as soon as the answer before is here, so that whoever types quickly sees results meanwhile. */
function changed() {
  shown = SHOWN;
  if (answered) run();
  else waiting ||= setTimeout(run, PATIENCE);
}

/** Ask for code like that at a place, or with none for nothing. */
function askLike(place) {
  like = place;
  input.value = "";
  shown = SHOWN;
  scrollTo({ top: 0 });
  history.pushState(null, "");
  run();
}

function clearQuery() {
  like = "";
  input.value = "";
  input.focus();
  scrollTo({ top: 0 });
  changed();
}

function fromHistory() {
  const wanted = fromAddress(location.href);
  input.value = wanted.q;
  like = wanted.like;
  filters.choose(wanted);
  shown = SHOWN;
}

input.addEventListener("input", () => ((like = ""), changed()));
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const first = $("results").querySelector("article");
  first?.focus();
});
$("filters").addEventListener("input", changed);
$("reset").addEventListener("click", () => (filters.clear(), changed()));
$("clear").addEventListener("click", clearQuery);
$("more").addEventListener("click", () => run(true));
$("welcome").addEventListener("click", (event) => {
  const { query, clear } = event.target.dataset;
  if (query !== undefined) input.value = query;
  if (clear !== undefined) filters.clear();
  if (query !== undefined || clear !== undefined) (input.focus(), changed());
});
$("like").querySelector("button").addEventListener("click", () => askLike(""));
$("results").addEventListener("click", (event) => {
  const article = event.target.closest("article");
  if (event.target.closest(".copy")) copyPath(article);
  else if (event.target.closest(".similar")) askLike(article.dataset.chunk);
  else if (event.target.closest(".expand")) toggle(article);
});
addEventListener("popstate", () => (fromHistory(), run()));
document.addEventListener("visibilitychange", look);
setInterval(look, BETWEEN_LOOKS);
listen(input, $("results"), clearQuery);

const wide = matchMedia("(min-width: 860px)"); // where the filters stand next to the results, without a button
const unfold = () => ($("filters").open = wide.matches);
wide.addEventListener("change", unfold);
unfold();
fromHistory();
if (input.value !== "" || like !== "") look();
run();
