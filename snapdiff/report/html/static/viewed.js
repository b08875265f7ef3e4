// "Viewed" ticks: kept in this browser, for exactly this report.
(() => {
  "use strict";
  const { store } = window.snapdiff;
  const name = "viewed." + document.body.dataset.report;
  let seen = new Set();
  try { seen = new Set(JSON.parse(store.get(name) || "[]")); } catch { /* something else stood there */ }
  const save = () => (seen.size ? store.set(name, JSON.stringify([...seen])) : store.remove(name));
  const mark = (root) => {
    for (const box of root.querySelectorAll("[data-viewed]")) box.checked = seen.has(box.dataset.viewed);
  };
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!box.matches?.("[data-viewed]")) return;
    if (box.checked) seen.add(box.dataset.viewed);
    else seen.delete(box.dataset.viewed);
    save();
  });
  document.addEventListener("unpacked", (event) => mark(event.target));
  mark(document);
})();
