// What the page asks its server; the address of the page holds the same parameters.

/** A refusal in the server's words, or that it does not answer. */
export class Problem extends Error {}

/** The parameters of a search, as they stand in the address of the page. */
export function parameters(asked) {
  const found = new URLSearchParams();
  if (asked.q) found.set("q", asked.q);
  if (asked.like) found.set("like", asked.like);
  if (asked.regex) found.set("regex", asked.regex);
  if (asked.mode !== "hybrid") found.set("mode", asked.mode);
  for (const name of ["language", "kind", "path"]) {
    for (const value of asked[name]) found.append(name, value);
  }
  return found;
}

/** What an address asks for. */
export function fromAddress(address) {
  const given = new URL(address).searchParams;
  const mode = given.get("mode");
  return {
    q: given.get("q") ?? "",
    like: given.get("like") ?? "",
    regex: given.get("regex") ?? "",
    mode: ["dense", "lexical"].includes(mode) ? mode : "hybrid",
    language: given.getAll("language"),
    kind: given.getAll("kind"),
    path: given.getAll("path").filter(Boolean),
  };
}

/** Hits with their code as HTML, after the first ones of which there are offset. */
export function search(asked, limit, offset, signal) {
  const wanted = parameters(asked);
  wanted.set("limit", String(limit));
  if (offset) wanted.set("offset", String(offset));
  wanted.set("html", "true");
  return get(`/api/search?${wanted}`, signal);
}

/** What is in the index, and how much of it passes the filters. */
export function index(asked, signal) {
  const wanted = parameters(asked);
  for (const name of ["q", "mode", "regex", "like"]) wanted.delete(name);
  return get(`/api/index?${wanted}`, signal);
}

async function get(address, signal) {
  let answer;
  try {
    answer = await fetch(address, { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("The server does not answer. Start it again with: codequest serve --index FOLDER");
  }
  const found = await answer.json();
  if (!answer.ok) throw new Problem(found.error.message);
  return found;
}
