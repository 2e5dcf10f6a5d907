// Keys: j and k walk through a list, r goes to the answer, ? shows the keys. Comfort only.
"use strict";

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable], dialog") !== null;
}

function walk(step) {
  const links = [...document.querySelectorAll(".row-title")];
  if (links.length === 0) return;
  const at = links.indexOf(document.activeElement);
  const next = at === -1 ? (step > 0 ? 0 : links.length - 1) : at + step;
  links[Math.min(Math.max(next, 0), links.length - 1)].focus();
}

function toAnswer() {
  const text = document.querySelector("#answer textarea");
  if (text) text.focus();
}

const ACTIONS = {
  j: () => walk(1),
  k: () => walk(-1),
  r: toAnswer,
  "?": () => document.getElementById("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const action = ACTIONS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
