// The keyboard: single letters, never while something is typed.
(() => {
  "use strict";
  const { show, say, unpackTowards, anyPacked } = window.snapdiff;
  const help = document.getElementById("help");
  let here = null;

  const isThere = (one) => !one.closest("[hidden]") && !one.closest(".blame");
  const all = (selector) => [...document.querySelectorAll(selector)].filter(isThere);
  const cosmeticShown = () => document.getElementById("sw-cosmetic")?.checked;

  const current = (list) => {
    const marked = document.querySelector(".here") || here;
    if (marked) {
      const exact = list.indexOf(marked);
      if (exact >= 0) return exact;
      let before = -0.5;
      list.forEach((one, number) => {
        const after = marked.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING;
        if (!after) before = number + (one.contains(marked) ? 0 : 0.5);
        else if (before < 0 && number === 0) before = -0.5;
      });
      return before;
    }
    return -0.5;
  };
  const go = (selector, direction, word) => {
    const marked = document.querySelector(".here") || here;
    unpackTowards(marked ? marked.closest(".message") : null, direction, selector);
    let list = all(selector);
    if (!cosmeticShown()) list = list.filter((one) => !one.closest(".cosmetic-list"));
    if (!list.length) return say("There is no " + word + " here.");
    const from = current(list);
    const to = direction > 0 ? Math.floor(from + 1) : Math.ceil(from - 1);
    if (to < 0) return say("This is the first " + word + ".");
    if (to >= list.length) return say("This is the last " + word + ".");
    here = list[to];
    show(here);
    say(word[0].toUpperCase() + word.slice(1) + " " + (to + 1) + " of " + list.length + (anyPacked() ? " so far" : ""));
  };
  const toggle = (id, on, off) => {
    const box = document.getElementById(id);
    if (!box) return;
    box.click();
    say(box.checked ? on : off);
  };
  const keys = {
    j: () => go(".step", 1, "step"),
    k: () => go(".step", -1, "step"),
    n: () => go(".change", 1, "change"),
    p: () => go(".change", -1, "change"),
    c: () => toggle("sw-cosmetic", "Cosmetic changes are shown.", "Cosmetic changes are hidden."),
    s: () => toggle("sw-one", "One column", "Side by side"),
    v: () => (document.querySelector(".here") || here)?.closest(".step")?.querySelector("[data-viewed]")?.click(),
    o: () => {
      const up = document.querySelector(".brand a");
      if (up.getAttribute("href") !== "#top") location.assign(up.getAttribute("href"));
      else { scrollTo({ top: 0, behavior: "instant" }); document.getElementById("main").focus({ preventScroll: true }); }
    },
    "/": () => { const box = document.getElementById("q"); if (box) { box.scrollIntoView({ block: "center", behavior: "instant" }); box.focus(); box.select(); } },
    "?": () => { if (help.open) help.close(); else help.showModal(); },
  };
  document.getElementById("help-open").addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typed = event.target.matches?.('input[type="search"], select, textarea');
    if (typed) { if (event.key === "Escape") event.target.blur(); return; }
    if (help.open && event.key !== "?") return;
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
})();
