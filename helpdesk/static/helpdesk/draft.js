// Keeps a draft of an answer while it is written, on the server and nowhere else. Comfort only: the button does the same.
"use strict";

const QUIET_MILLISECONDS = 3000;

function keepDrafts(form) {
  const state = form.querySelector("[data-draft-state]");
  const text = form.querySelector("textarea");
  let timer = 0;
  let isNew = false;
  let isLeaving = false;
  let asking = new AbortController();

  async function keep() {
    if (isLeaving) return;
    clearTimeout(timer);
    asking = new AbortController();
    const body = new FormData(form);
    body.set("quietly", "1");
    isNew = false;
    let isKept = false;
    try {
      const request = { method: "POST", body, redirect: "error", keepalive: true, signal: asking.signal };
      isKept = (await fetch(form.dataset.draft, request)).status === 204;
    } catch {
      isKept = false;
    }
    state.textContent = isKept ? state.dataset.kept : state.dataset.failed;
  }

  text.addEventListener("input", () => {
    clearTimeout(timer);
    isNew = true;
    state.textContent = "";
    timer = setTimeout(keep, QUIET_MILLISECONDS);
  });

  // A draft that arrives after its answer was approved would come back as a draft.
  form.addEventListener("submit", () => {
    isLeaving = true;
    clearTimeout(timer);
    asking.abort();
  });

  // Other buttons of the page load it anew: what is being written is kept first.
  document.addEventListener("submit", async (event) => {
    if (event.target === form || !isNew) return;
    event.preventDefault();
    await keep();
    event.target.requestSubmit(event.submitter);
  });

  window.addEventListener("pagehide", () => {
    if (isNew) keep();
  });
}

document.querySelectorAll("form[data-draft]").forEach(keepDrafts);
