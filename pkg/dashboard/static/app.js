// Keeps a page up to date: it is told of commits by /events, or asks now and then where that does not work, and replaces the parts of the page that
// move with what the server draws. Nothing happens while the page is hidden or paused.
"use strict";
(() => {
  const main = document.querySelector("main[data-live]");
  if (!main) return;
  const partPause = 5000, pollPause = 15000, idlePause = 30000;
  const button = document.getElementById("pause");
  const summary = document.getElementById("summary");
  let source = null, paused = sessionStorage.getItem("paused") === "yes", last = 0, timer = 0, poll = 0, busy = false, said = 0;

  // replace puts what the server drew into the page, but for parts in which somebody is at work: their focus or selection would be lost.
  function replace(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const old = main.querySelector(`[data-part="${part.dataset.part}"]`);
      const selection = document.getSelection();
      const used = old.contains(document.activeElement) || (selection && !selection.isCollapsed && old.contains(selection.anchorNode));
      if (used) continue;
      const open = [...old.querySelectorAll("details")].map((d) => d.open);
      part.querySelectorAll("details").forEach((d, i) => { d.open = open[i] || false; });
      old.replaceChildren(...part.childNodes);
    }
    document.dispatchEvent(new Event("parts"));
    const state = main.querySelector(".fresh");
    if (summary && state && Date.now() - said > 60000) {
      said = Date.now();
      summary.textContent = state.textContent.trim();
    }
  }

  async function refresh() {
    timer = 0;
    if (busy || paused || document.hidden) return;
    busy = true;
    last = Date.now();
    try {
      const answer = await fetch(main.dataset.live, { redirect: "manual" });
      if (answer.ok) replace(await answer.text());
      else if (answer.type === "opaqueredirect") location.reload(); // the session ended
    } catch { /* the server is away: the next try may find it */ }
    busy = false;
  }

  // news is called for every commit: charts ask for the new points at once, the other parts at most every few seconds.
  function news() {
    if (paused || document.hidden) return;
    document.dispatchEvent(new Event("news"));
    if (!timer) timer = setTimeout(refresh, Math.max(0, last + partPause - Date.now()));
  }

  function start() {
    stop();
    if (paused || document.hidden) return;
    poll = setInterval(() => { if (Date.now() - last > idlePause - 1000) news(); }, idlePause);
    source = new EventSource("/events");
    source.addEventListener("minute", news);
    source.addEventListener("error", () => {
      if (source && source.readyState === EventSource.CLOSED) {
        clearInterval(poll);
        poll = setInterval(news, pollPause);
      }
    });
  }

  function stop() {
    if (source) source.close();
    source = null;
    clearInterval(poll);
    clearTimeout(timer);
    timer = 0;
  }

  function show() {
    button.textContent = paused ? "Resume" : "Pause";
    button.setAttribute("aria-label", button.textContent + " updates");
  }

  // Texts can be copied by a button where the browser lets a page do that.
  if (navigator.clipboard) main.classList.add("copies");
  main.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (!copy) return;
    try {
      await navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent);
      copy.textContent = "Copied";
    } catch { copy.textContent = "Select it by hand"; }
  });

  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    sessionStorage.setItem("paused", paused ? "yes" : "no");
    show();
    start();
    news();
  });
  document.addEventListener("visibilitychange", () => { start(); news(); });
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => { if (event.persisted) { start(); news(); } });
  show();
  last = Date.now();
  start();
})();
