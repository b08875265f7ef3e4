// The overview: search, filters and sorting. Rows carry numbers of the choices, each between blanks.
(() => {
  "use strict";
  const form = document.getElementById("filters");
  if (!form) return;
  const at = (id) => document.getElementById(id);
  const body = document.querySelector("#list tbody");
  const rows = [...body.rows];
  const texts = rows.map((row) => row.dataset.search.toLocaleLowerCase());
  const sections = rows.map((row) => document.getElementById(row.dataset.id));
  const index = new Map(rows.map((row, number) => [row, number]));
  const has = (list, value) => !value || list.includes(" " + value + " ");

  const fits = (row, number, want) =>
    want.words.every((word) => texts[number].includes(word)) &&
    has(want.changed ? row.dataset.did : row.dataset.ran, want.agent) &&
    has(row.dataset.events, want.event) &&
    has(row.dataset.kinds, want.kind) &&
    has(row.dataset.severity, want.severity) &&
    (!want.changed || row.dataset.did.trim() !== "");

  const apply = () => {
    const want = {
      words: at("q").value.toLocaleLowerCase().split(/\s+/).filter(Boolean),
      agent: at("f-agent").value, event: at("f-event").value, kind: at("f-kind").value,
      severity: at("f-severity").value, changed: at("f-changed").checked,
    };
    let shown = 0;
    rows.forEach((row, number) => {
      const keep = fits(row, number, want);
      row.hidden = !keep;
      if (sections[number]) sections[number].hidden = !keep;
      shown += keep ? 1 : 0;
    });
    at("f-count").textContent = shown === rows.length ? "" : shown + " of " + rows.length + " messages";
    at("nothing").hidden = shown > 0 || rows.length === 0;
  };
  const later = () => { clearTimeout(later.timer); later.timer = setTimeout(apply, 80); };
  form.addEventListener("input", later);
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  at("nothing-clear").addEventListener("click", () => { form.reset(); at("q").focus(); });

  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent.trim();
  };
  const sort = (head, column) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const number = head.dataset.sort === "number";
    const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
    const keyed = rows.map((row) => [number ? Number(value(row, column)) : value(row, column), index.get(row), row]);
    keyed.sort((a, b) => (number ? a[0] - b[0] : collator.compare(a[0], b[0])) * (down ? -1 : 1) || a[1] - b[1]);
    body.append(...keyed.map((one) => one[2]));
  };
  document.querySelectorAll("#list thead th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => sort(head, column));
  });
  addEventListener("hashchange", () => {
    const section = window.snapdiff.find(location.hash.slice(1))?.closest(".message");
    if (section?.hidden) { form.reset(); apply(); }
  });
  apply();
})();
