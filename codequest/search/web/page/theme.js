// Runs before the page is drawn, so that it never flashes in the other colors.
"use strict";

(() => {
  const KEY = "puma-theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;

  const chosen = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage is switched off
    }
  };
  const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const show = () => document.getElementById("theme")?.setAttribute("aria-pressed", String(isDark()));

  const before = chosen();
  if (before === "dark" || before === "light") root.dataset.theme = before;
  system.addEventListener("change", show);
  addEventListener("DOMContentLoaded", () => {
    show();
    document.getElementById("theme").addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try {
        localStorage.setItem(KEY, root.dataset.theme);
      } catch {
        // For this visit only, then.
      }
      show();
    });
  });
})();
