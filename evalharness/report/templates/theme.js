"use strict";
// Light or dark as the machine has it, or as the reader chose: applied before anything is drawn, so that nothing flashes.
(() => {
  const root = document.documentElement;
  const stored = (act) => {
    try {
      return act(localStorage);
    } catch {
      return null; // a browser may keep nothing for pages opened from a disk
    }
  };
  const chosen = stored((store) => store.getItem("tandem-theme"));
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const machine = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme ?? (machine.matches ? "dark" : "light")) === "dark";
    const name = () => {
      button.textContent = isDark() ? "Light" : "Dark";
      button.setAttribute("aria-label", `Show in ${isDark() ? "light" : "dark"} colours`);
    };
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      stored((store) => store.setItem("tandem-theme", root.dataset.theme));
      name();
    });
    machine.addEventListener("change", name);
    name();
    button.hidden = false;
  });
})();
