// The switches of the top bar: they work by the style sheet alone; this keeps them for the next visit.
(() => {
  "use strict";
  document.documentElement.classList.add("has-js");
  const store = {
    get(key) { try { return localStorage.getItem("snapdiff." + key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem("snapdiff." + key, value); } catch { /* a file may have no storage */ } },
    remove(key) { try { localStorage.removeItem("snapdiff." + key); } catch { /* likewise */ } },
  };
  const say = (words) => {
    const status = document.getElementById("status");
    status.textContent = words;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { status.textContent = ""; }, 2500);
  };
  window.snapdiff = { store, say };

  const theme = document.getElementById("theme-" + store.get("theme"));
  if (theme) theme.checked = true;
  for (const radio of document.querySelectorAll('input[name="theme"]')) {
    radio.addEventListener("change", () => store.set("theme", radio.value));
  }
  for (const id of ["sw-one", "sw-cosmetic"]) {
    const box = document.getElementById(id);
    if (!box) continue;
    box.checked = store.get(id) === "1";
    box.addEventListener("change", () => store.set(id, box.checked ? "1" : "0"));
  }
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details:not([open]):not(.fold)")) {
      one.open = true;
      one.dataset.forPrint = "";
    }
  });
  addEventListener("afterprint", () => {
    for (const one of document.querySelectorAll("details[data-for-print]")) {
      one.open = false;
      delete one.dataset.forPrint;
    }
  });
})();
