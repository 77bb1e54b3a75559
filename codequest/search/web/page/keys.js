// The keyboard: the focus moves through the results, so that screen readers follow it.

import { copyPath, toggle } from "./results.js";

/**
 * Listen to the keys of the page.
 *
 * @param {HTMLInputElement} input Where the query is typed.
 * @param {HTMLElement} list The results.
 * @param {() => void} clear Clears the query.
 */
export function listen(input, list, clear) {
  const articles = () => [...list.querySelectorAll("article")];

  const move = (step) => {
    const all = articles();
    const place = all.indexOf(document.activeElement.closest("article")) + step;
    if (place < 0) {
      input.focus();
      scrollTo({ top: 0 });
      return;
    }
    const next = all[Math.min(place, all.length - 1)];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { target } = event;
    const typing = target.matches("input[type=text]");
    const article = target.closest("article");
    const act = (action) => {
      event.preventDefault();
      action();
    };
    if (event.key === "Escape") act(clear);
    else if (event.key === "ArrowDown" && !isChoice(target)) act(() => move(1));
    else if (event.key === "ArrowUp" && !isChoice(target)) act(() => article && move(-1));
    else if (typing) return;
    else if (event.key === "j") act(() => move(1));
    else if (event.key === "k") act(() => article && move(-1));
    else if (event.key === "/") act(() => (input.focus(), input.select()));
    else if (event.key === "Enter" && target === article && article) act(() => toggle(article));
    else if (event.key === "c" && article) act(() => copyPath(article));
  });
}

function isChoice(target) {
  return target.matches("input[type=radio], input[type=checkbox]");
}
