"use strict";
// Filters and folds what the page shows already; without it everything can still be read.
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const nothing = document.getElementById("nothing");
  const missing = document.getElementById("missing");
  const output = form.querySelector("output");
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  const groups = [...document.querySelectorAll("[data-group]")];
  const folds = [...document.querySelectorAll("details[data-group]")];
  const unfoldedAtFirst = new Set(folds.filter((fold) => fold.open));
  const counters = new Map(groups.map((group) => [group, counterOf(group)]));
  const items = [...document.querySelectorAll("[data-item]")].map((element) => {
    const within = [];
    let group = element.parentElement.closest("[data-group]");
    while (group) {
      within.push(group);
      group = group.parentElement.closest("[data-group]");
    }
    const of = (name) =>
      element.dataset[name] ?? within.map((one) => one.dataset[name]).find((one) => one !== undefined) ?? "";
    const facts = {};
    for (const name of ["severity", "standing", "owner", "committee", "code"]) facts[name] = of(name);
    return { element, within, facts, text: null };
  });
  const MANY = 300; // findings: more are not unfolded unasked

  function counterOf(group) {
    return [...group.querySelectorAll("[data-count]")].find(
      (one) => one.closest("[data-group]") === group,
    );
  }

  function textOf(item) {
    if (item.text === null) {
      const fold = item.within.find((group) => group.matches("details"));
      const around = [item.within[0].querySelector("h5"), fold && fold.querySelector("summary .name")];
      item.text = [item.element, ...around].map((one) => (one ? one.textContent : "")).join(" ").toLowerCase();
    }
    return item.text;
  }

  function wanted() {
    const given = new Map();
    for (const [name, value] of new FormData(form)) if (value.trim()) given.set(name, value.trim());
    return given;
  }

  function apply() {
    const given = wanted();
    const words = (given.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const lists = [...given].filter(([name]) => name !== "q");
    const count = new Map();
    let shown = 0;
    for (const item of items) {
      const fits =
        lists.every(([name, value]) => item.facts[name] === value) &&
        words.every((word) => textOf(item).includes(word));
      item.element.hidden = !fits;
      if (!fits) continue;
      if (item.element.matches("article")) shown += 1;
      for (const group of item.within) count.set(group, (count.get(group) ?? 0) + 1);
    }
    for (const group of groups) {
      const left = count.get(group) ?? 0;
      group.hidden = left === 0;
      const counter = counters.get(group);
      if (counter) counter.textContent = numbers.format(left);
    }
    for (const fold of folds) fold.open = given.size ? shown <= MANY : unfoldedAtFirst.has(fold);
    output.textContent = given.size ? output.dataset.shown.replace("#", numbers.format(shown)) : "";
    nothing.hidden = count.size > 0;
    missing.hidden = true;
    return given;
  }

  function applyAndRemember() {
    remember(apply());
  }

  function remember(given) {
    const fragment = new URLSearchParams([...given]).toString();
    if (fragment === decodedFragment()) return;
    try {
      history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
    } catch {
      // a browser that does not let a page from a file do that: the filter works all the same
    }
  }

  function decodedFragment() {
    return new URLSearchParams(location.hash.slice(1)).toString();
  }

  function recall() {
    const fragment = location.hash.slice(1);
    if (fragment && !fragment.includes("=")) {
      showNamed(fragment);
      return;
    }
    choose(new URLSearchParams(fragment));
    applyAndRemember();
    if (fragment) form.scrollIntoView();
  }

  // An address holds whatever stands on the page: what it asks for is seen to be chosen, also where only that
  // stands here, and where nothing does. Otherwise all would be shown as if it were what was asked for.
  function choose(given) {
    for (const field of form.elements) {
      if (!field.name) continue;
      const value = (given.get(field.name) ?? "").trim();
      if (field.options && ![...field.options].some((one) => one.value === value)) field.add(new Option(value));
      field.value = value;
      if (value) field.closest("label").hidden = false;
    }
  }

  function showNamed(fragment) {
    const element = document.getElementById(fragment) ?? document.getElementById(decoded(fragment));
    if (element && element.closest("[hidden]")) {
      choose(new Map());
      apply();
    }
    missing.hidden = element !== null;
    unfoldTo(element ?? missing);
  }

  function decoded(fragment) {
    try {
      return decodeURIComponent(fragment);
    } catch {
      return fragment; // a lone % is a name like any other
    }
  }

  function unfoldTo(element) {
    for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
    }
    element.scrollIntoView();
  }

  let waiting = 0;
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", applyAndRemember);
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(applyAndRemember, 150);
  });
  form.addEventListener("reset", () => setTimeout(applyAndRemember));
  document.getElementById("unfold").addEventListener("click", () => {
    for (const fold of folds) if (!fold.hidden) fold.open = true;
  });
  document.getElementById("fold").addEventListener("click", () => {
    for (const fold of folds) fold.open = false;
  });
  addEventListener("hashchange", recall);
  // What is folded would not be printed.
  let foldedForPrint = [];
  addEventListener("beforeprint", () => {
    foldedForPrint = folds.filter((fold) => !fold.open && !fold.hidden);
    for (const fold of foldedForPrint) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of foldedForPrint) fold.open = false;
  });
  // Where the filter works, the browser must not scroll past it to where an owner stands first.
  for (const one of document.querySelectorAll('[id^="owner="]')) one.removeAttribute("id");
  if (location.hash) recall();
})();
