"use strict";
(() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const form = document.getElementById("filter");
  const search = document.getElementById("host-filter");
  const boxes = all("#filter input[type=checkbox]");
  const names = all(".recap tbody tr").map((row) => [row.dataset.hosts, row.querySelector("th").textContent]);
  const columns = document.head.appendChild(document.createElement("style"));

  function apply() {
    const part = search.value.trim().toLowerCase();
    const gone = new Set(names.filter(([, name]) => !name.toLowerCase().includes(part)).map(([number]) => number));
    const wanted = boxes.filter((box) => box.checked).map((box) => box.value);
    columns.textContent = [...gone].map((number) => `.matrix .c${number}{display:none}`).join("");
    for (const element of all("[data-hosts], [data-status]")) {
      const hosts = (element.dataset.hosts || "").split(" ").filter(Boolean);
      const own = (element.dataset.status || "").split(" ");
      const hostless = hosts.length > 0 && hosts.every((number) => gone.has(number));
      const unwanted = "status" in element.dataset && wanted.length > 0 && !wanted.some((status) => own.includes(status));
      element.hidden = hostless || unwanted;
    }
    const left = names.length - gone.size;
    document.getElementById("filtered").textContent = part ? `${left} of ${names.length} hosts` : "";
  }

  function reveal() {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    for (let node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
    }
    if (target) target.scrollIntoView({ block: "center" });
  }

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", reveal);
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    closed.forEach((element) => { element.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((element) => { element.open = false; }));
  reveal();
})();
