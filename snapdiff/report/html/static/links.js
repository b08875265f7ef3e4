// Deep links: whatever a link points to is opened, shown and given the focus.
(() => {
  "use strict";
  const { find, unpack } = window.snapdiff;
  const reveal = (target) => {
    unpack(target.closest(".message"));
    for (let one = target; one; one = one.parentElement) {
      if (one.tagName === "DETAILS" && !(one === target && !one.classList.contains("message"))) one.open = true;
      const viewed = one.classList.contains("step") && one.querySelector(":scope > header .viewed input");
      if (viewed && viewed.checked && one !== target) {
        viewed.checked = false;
        viewed.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
    const cosmetic = target.closest(".cosmetic-list") && document.getElementById("sw-cosmetic");
    if (cosmetic && !cosmetic.checked) cosmetic.click();
    const table = target.closest(".steps-table");
    if (table) table.open = true;
  };
  const show = (target, { focus = true } = {}) => {
    reveal(target);
    for (const one of document.querySelectorAll(".here")) one.classList.remove("here");
    if (target.matches(".step, .change")) target.classList.add("here");
    target.scrollIntoView({ block: "start", behavior: "instant" });
    if (focus) {
      const at = target.tagName === "DETAILS" ? target.querySelector("summary") : target;
      if (at.tabIndex < 0 && !at.hasAttribute("tabindex")) at.tabIndex = -1;
      at.focus({ preventScroll: true });
    }
    try { history.replaceState(null, "", "#" + target.id); } catch { /* some viewers allow no history */ }
  };
  const follow = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* then as it stands */ }
    const target = id && id !== "top" && id !== "main" && find(id);
    if (target) show(target);
  };
  window.snapdiff.show = show;
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"], a[*|href^="#"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = find((link.getAttribute("href") || "").slice(1));
    if (!target || target.id === "top" || target.id === "main") return;
    event.preventDefault();
    try { history.pushState(null, "", "#" + target.id); } catch { /* likewise */ }
    show(target);
  });
  addEventListener("popstate", follow);
  follow();
})();
