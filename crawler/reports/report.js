"use strict";
// Filters the rows of a report. What is chosen stands in the address after "#filter:", so that it can be sent;
// every number on the page then counts what is shown. Nothing is built from text: it shows, hides and counts.
(() => {
  const bar = document.getElementById("filters");
  if (!bar) return;
  const MARK = "#filter:";
  const MOST_UNFOLDED = 200;
  const fields = [...bar.querySelectorAll("[name]")];
  const clear = bar.querySelector("button");
  const status = bar.querySelector("[role=status]");
  const counters = [...document.querySelectorAll("[data-counts]")].map((at) => ({ at, of: at.dataset.counts, all: at.textContent }));
  const folds = [...document.querySelectorAll("details.fold")].map((at) => ({ at, open: at.open }));
  let rows = null;
  let links = null;
  let timer = 0;

  const read = () => {
    rows = [...document.querySelectorAll("article[data-is]")].map((at) => ({
      at, id: at.id, is: at.dataset.is.split(" "), since: at.dataset.since || "", text: null, shown: true,
    }));
    links = [...document.querySelectorAll(".index a")].map((a) => ({ at: a.parentElement, id: a.hash.slice(1) }));
  };
  const textOf = (row) => (row.text ??= row.at.textContent.toLowerCase());
  const valueOf = (field) => (field.type === "checkbox" ? (field.checked ? "1" : "") : field.value.trim());
  const tokensOf = (field) => {
    const chosen = field.type === "checkbox" ? field : field.selectedOptions?.[0];
    return valueOf(field) && chosen?.dataset.is ? chosen.dataset.is.split(" ") : [];
  };
  const chosen = () => fields.filter((field) => valueOf(field));

  const asked = () => {
    const tokens = fields.flatMap(tokensOf);
    const since = bar.querySelector("[name=since]").value;
    const words = bar.querySelector("[name=words]").value.toLowerCase().split(/\s+/).filter(Boolean);
    return (row) =>
      tokens.every((token) => row.is.includes(token)) &&
      (!since || row.since >= since) &&
      words.every((word) => textOf(row).includes(word));
  };

  const told = (field) => {
    const label = field.closest("label").firstChild;
    const name = field.type === "checkbox" ? field.closest("label").textContent : label.textContent;
    if (field.type === "checkbox") return name;
    return `${name.trim()} = ${field.selectedOptions ? field.selectedOptions[0].textContent : valueOf(field)}`;
  };
  const tell = (n, filtered) => {
    const shown = bar.dataset.shown.replace("{n}", n).replace("{all}", rows.length);
    const what = bar.dataset.filtered.replace("{what}", () => filtered.map(told).join(" · "));
    status.textContent = filtered.length ? `${shown} – ${what}` : "";
    bar.classList.toggle("active", filtered.length > 0);
    clear.hidden = filtered.length === 0;
  };

  const count = () => {
    const tally = new Map();
    for (const row of rows) if (row.shown) for (const token of row.is) tally.set(token, (tally.get(token) || 0) + 1);
    for (const { at, of, all } of counters) {
      const n = String(tally.get(of) || 0);
      at.textContent = n === all ? all : `${n} / ${all}`;
    }
    return tally;
  };
  const fold = (tally, filtering) => {
    for (const section of document.querySelectorAll("section.group")) {
      const n = tally.get(section.querySelector("[data-counts]").dataset.counts) || 0;
      section.hidden = n === 0;
      for (const { at, open } of folds) if (section.contains(at)) at.open = filtering ? n <= MOST_UNFOLDED : open;
    }
    for (const at of document.querySelectorAll(".documents details")) at.hidden = !tally.has(at.id);
  };

  const apply = () => {
    if (!rows) read();
    const filtered = chosen();
    const fits = asked();
    const seen = new Set();
    for (const row of rows) {
      row.shown = fits(row);
      if (row.at.hidden === row.shown) row.at.hidden = !row.shown;
      if (row.shown) seen.add(row.id);
    }
    for (const { at, id } of links) if (at.hidden === seen.has(id)) at.hidden = !seen.has(id);
    fold(count(), filtered.length > 0);
    tell(seen.size, filtered);
  };

  const write = () => {
    const state = new URLSearchParams(chosen().map((field) => [field.name, valueOf(field)]));
    history.replaceState(null, "", state.size ? MARK + state : location.pathname + location.search);
  };
  const set = (state) => {
    for (const field of fields) {
      if (field.type === "checkbox") field.checked = state.has(field.name);
      else field.value = state.get(field.name) || "";
      if (field.selectedIndex === -1) field.value = "";
    }
    apply();
  };
  const follow = () => {
    if (location.hash.startsWith(MARK)) return set(new URLSearchParams(location.hash.slice(MARK.length)));
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return undefined;
    if (target.hidden) set(new URLSearchParams());
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    return target.scrollIntoView();
  };

  bar.addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => { apply(); write(); }, event.target.type === "search" ? 150 : 0);
  });
  clear.addEventListener("click", () => {
    set(new URLSearchParams());
    write();
    fields[0].focus();
  });
  addEventListener("hashchange", follow);
  bar.hidden = false;
  if (location.hash) follow();
})();
