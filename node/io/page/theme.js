// SPDX-License-Identifier: MIT
//
// Light or dark, and the button #theme between them.

const darkPreferred = matchMedia("(prefers-color-scheme: dark)");

// The reader's system decides between light and dark until the button is pressed.
function theme(repaint) {
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : darkPreferred.matches);
  const show = () => {
    byId("theme").textContent = isDark() ? "Light" : "Dark";
    repaint();
  };
  byId("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    show();
  });
  darkPreferred.addEventListener("change", show);
  show();
}
