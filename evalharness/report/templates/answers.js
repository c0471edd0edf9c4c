"use strict";
// Lists the answers side by side, a page at a time: only what is listed is drawn, and only what is drawn is compared
// word by word. Whatever a model said becomes a text node, never markup.
(() => {
  const PAGE = 20;
  const LONGEST_LINK = 8000; // characters; servers refuse addresses that are much longer
  const { names, total, listed, prompts, kinds, webui } = JSON.parse(document.getElementById("data").textContent);
  const [search, suite, show, failure, variant, mark, shown, list, more] =
    ["search", "suite", "show", "failure", "variant", "mark", "shown", "prompts", "more"]
      .map((id) => document.getElementById(id));

  const element = (tag, className, ...children) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };

  // A group is an original and its variants: they are listed together.
  const groups = [], ofOriginal = new Map();
  for (const prompt of prompts) {
    if (prompt.of !== undefined) continue;
    const group = { original: prompt, variants: [] };
    groups.push(group);
    ofOriginal.set(`${prompt.suite}\n${prompt.id}`, group);
  }
  for (const prompt of prompts) {
    if (prompt.of !== undefined) ofOriginal.get(`${prompt.suite}\n${prompt.of}`)?.variants.push(prompt);
  }

  const right = (answer) => answer?.right === true;
  const wrong = (answer) => answer?.right === false;
  const silent = (answer) => !answer || Boolean(answer.error);
  const OUTCOMES = { // an error is no wrong answer
    all: () => true,
    differ: ([one, other]) => !one || !other || one.text !== other.text || one.right !== other.right,
    split: ([one, other]) => (right(one) && wrong(other)) || (wrong(one) && right(other)),
    gained: ([one, other]) => wrong(one) && right(other),
    lost: ([one, other]) => right(one) && wrong(other),
    right: ([one, other]) => right(one) && right(other),
    wrong: ([one, other]) => wrong(one) && wrong(other),
    silent: ([one, other]) => silent(one) || silent(other),
  };
  const fails = (prompt, kind) =>
    prompt.answers.some((answer) => answer?.failures.some(([, failed]) => failed === kind));
  const haystack = (prompt) =>
    (prompt.haystack ??= [
      prompt.suite,
      prompt.id,
      ...prompt.messages.map(([, text]) => text),
      ...prompt.answers.map((answer) => answer?.text ?? ""),
    ].join("\n").toLowerCase());

  // What a text shows: itself, or its runs with those marked that the other text has not.
  const fill = (view, text, runs, tag) => {
    view.dir = "auto";
    if (!runs) return view.append(text);
    for (const [run, both] of runs) view.append(both ? run : element(tag, "", run));
  };

  const answerView = (answer, index, runs) => {
    const [outcome, word] = silent(answer) ? ["unsettled", "? no answer"]
      : answer.right ? ["met", "✓ right"] : ["failed", "✕ wrong"];
    const head = element("header", "",
      element("span", `side ${["first", "second"][index]}`, names[index]),
      element("span", `outcome ${outcome}`, word));
    if (answer) head.append(element("span", "time", answer.seconds));
    const view = element("div", `answer ${["first", "second"][index]}`, head);
    const said = element("pre");
    fill(said, answer?.error ?? answer?.text ?? "not asked", runs, index ? "ins" : "del");
    view.append(said);
    if (answer?.failures.length) {
      view.append(element("p", "failures", answer.failures.map((failed) => failed.join(": ")).join(", ")));
    }
    if (answer?.scores.length) view.append(element("p", "scores", answer.scores.join(", ")));
    return view;
  };

  const pairView = ({ answers }) => {
    const said = answers.map((answer) => (silent(answer) ? null : answer.text));
    const runs = mark.checked && said[0] !== null && said[1] !== null ? wordDiff(...said) : null;
    return element("div", "pair", ...answers.map((answer, index) => answerView(answer, index, runs?.[index])));
  };

  const messageViews = (prompt, original) =>
    prompt.messages.map(([role, text], index) => {
      const view = element("p", `message ${role}`);
      const before = original?.messages[index]?.[1];
      fill(view, text, mark.checked && before !== undefined ? wordDiff(before, text)?.[1] : null, "mark");
      if (role !== "user") view.prepend(element("b", "", role));
      return view;
    });

  // Only a question without a history can be asked again: an address carries one message.
  const link = ({ messages }) => {
    if (!webui || messages.length !== 1 || messages[0][0] !== "user") return [];
    const query = new URLSearchParams({ models: webui.models, q: messages[0][1] });
    const made = element("a", "", "Ask both again in Open WebUI");
    made.href = `${webui.url}/?${query}`;
    made.target = "_blank";
    made.rel = "noopener noreferrer";
    return made.href.length > LONGEST_LINK ? [] : [made];
  };

  const titled = (level, name, prompt) => element("div", "title", element(level, "", name), ...link(prompt));

  const variantViews = (group, wanted) => wanted.map((prompt) =>
    element("section", "variant",
      titled("h4", prompt.variant, prompt), ...messageViews(prompt, group.original), pairView(prompt)));

  const variantsView = (group, wanted, isOpen) => {
    const count = (index) => wanted.filter((prompt) => right(prompt.answers[index])).length;
    const said = `${wanted.length} ${wanted.length === 1 ? "variant" : "variants"}: right in ` +
      names.map((name, index) => `${count(index)} (${name})`).join(", ");
    const view = element("details", "variants", element("summary", "", said));
    const draw = () => {
      if (view.open && view.children.length === 1) view.append(...variantViews(group, wanted));
    };
    view.addEventListener("toggle", draw);
    view.open = isOpen;
    draw();
    return view;
  };

  const groupView = ({ group, found }) => {
    const { original } = group;
    const name = original.id.startsWith(original.suite) ? original.id : `${original.suite} ${original.id}`;
    const view = element("article", "", titled("h3", name, original), ...messageViews(original));
    const checks = original.expected.map(([type, value]) => {
      const wanted = element("code", "", value);
      wanted.dir = "auto";
      return element("li", "", type, " ", wanted);
    });
    if (original.tools) view.append(element("p", "tools", `Tools: ${original.tools.join(", ")}`));
    view.append(element("div", "expected", "Expected", element("ul", "", ...checks)), pairView(original));
    const matching = found.filter((prompt) => prompt !== original);
    const isFiltered = !found.includes(original) || (variant && kinds.includes(variant.value));
    const wanted = isFiltered ? matching : variant?.value === "originals" ? [] : group.variants;
    if (wanted.length) view.append(variantsView(group, wanted, isFiltered));
    return view;
  };

  let matching = [];

  const tell = () => {
    const left = matching.length - list.children.length;
    more.hidden = left === 0;
    more.textContent = `Show ${Math.min(PAGE, left)} more`;
    const among = listed < total ? ", of those on this page" : "";
    shown.textContent = `${list.children.length} of ${matching.length} prompts shown${among}`;
  };

  const extend = () => {
    const from = list.children.length;
    list.append(...matching.slice(from, from + PAGE).map(groupView));
    tell();
    return list.children[from];
  };

  const filter = () => {
    const wanted = search.value.trim().toLowerCase();
    const kind = variant?.value ?? "";
    const fits = (prompt) =>
      (!suite.value || prompt.suite === suite.value) &&
      (!kind || (kind === "originals" ? prompt.of === undefined : prompt.variant === kind)) &&
      OUTCOMES[show.value](prompt.answers) &&
      (!failure?.value || fails(prompt, failure.value)) &&
      (!wanted || haystack(prompt).includes(wanted));
    matching = groups
      .map((group) => ({ group, found: [group.original, ...group.variants].filter(fits) }))
      .filter(({ found }) => found.length);
    list.replaceChildren();
    extend();
  };

  search.form.addEventListener("submit", (event) => event.preventDefault());
  search.form.addEventListener("input", (event) => {
    if (event.target !== mark) return filter();
    const listed = list.children.length;
    list.replaceChildren(...matching.slice(0, listed).map(groupView));
    return undefined;
  });
  more.addEventListener("click", () => {
    const first = extend()?.querySelector("h3");
    first?.setAttribute("tabindex", "-1"); // the keyboard goes on where the new ones begin
    first?.focus({ preventScroll: true });
  });
  filter();
  performance.mark("answers-listed");
})();
