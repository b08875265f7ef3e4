// Large reports keep each closed message in <noscript>, where it costs nothing until it is opened: this puts it in place.
// Without JavaScript the browser shows it as it stands.
(() => {
  "use strict";
  const messages = () => [...document.querySelectorAll(".message")];
  const packed = (message) => message.querySelector(":scope > noscript");
  const unpack = (message) => {
    const held = message && packed(message);
    if (!held) return;
    const template = document.createElement("template");
    template.innerHTML = held.textContent;
    held.replaceWith(template.content);
    message.dispatchEvent(new CustomEvent("unpacked", { bubbles: true }));
  };
  // What has this id, taken out of its packing where it still lies in one.
  const find = (id) => {
    const there = document.getElementById(id);
    if (there) return there;
    const mark = ' id="' + id + '"';
    unpack(messages().find((message) => packed(message)?.textContent.includes(mark)));
    return document.getElementById(id);
  };
  // The messages behind (direction 1) or before (-1) the one at hand, up to the next that holds what is looked for.
  const unpackTowards = (message, direction, selector) => {
    const all = messages();
    let at = message ? all.indexOf(message) : direction > 0 ? -1 : all.length;
    for (at += direction; at >= 0 && at < all.length; at += direction) {
      if (all[at].hidden) continue;
      unpack(all[at]);
      if (all[at].querySelector(selector)) return;
    }
  };
  document.addEventListener("toggle", (event) => {
    if (event.target.matches(".message") && event.target.open) unpack(event.target);
  }, true);
  addEventListener("beforeprint", () => messages().forEach(unpack));
  Object.assign(window.snapdiff, { find, unpack, unpackTowards, anyPacked: () => messages().some(packed) });
})();
