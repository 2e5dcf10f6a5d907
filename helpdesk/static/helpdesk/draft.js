// Keeps a draft of an answer while it is written, on the server and nowhere else. Comfort only: the button does the same.
"use strict";

const QUIET_MILLISECONDS = 3000;

function keepDrafts(form) {
  const state = form.querySelector("[data-draft-state]");
  const text = form.querySelector("textarea");
  let timer = 0;
  let isLeaving = false;
  let asking = new AbortController();

  async function keep() {
    if (isLeaving) return;
    asking = new AbortController();
    const body = new FormData(form);
    body.set("quietly", "1");
    let isKept = false;
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body, redirect: "error", signal: asking.signal });
      isKept = answer.status === 204;
    } catch {
      isKept = false;
    }
    state.textContent = isKept ? state.dataset.kept : state.dataset.failed;
  }

  text.addEventListener("input", () => {
    clearTimeout(timer);
    state.textContent = "";
    timer = setTimeout(keep, QUIET_MILLISECONDS);
  });

  // A draft that arrives after its answer was approved would come back as a draft.
  form.addEventListener("submit", () => {
    isLeaving = true;
    clearTimeout(timer);
    asking.abort();
  });
}

document.querySelectorAll("form[data-draft]").forEach(keepDrafts);
