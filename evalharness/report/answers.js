"use strict";
// Lists the answers side by side, a page at a time. Whatever a model said becomes a text node, never markup.
(() => {
  const PAGE = 20;
  const { names, prompts } = JSON.parse(document.getElementById("data").textContent);
  const [search, suite, show, shown, list, more] =
    ["search", "suite", "show", "shown", "prompts", "more"].map((id) => document.getElementById(id));

  const element = (tag, className, ...children) => {
    const made = document.createElement(tag);
    made.className = className;
    made.append(...children);
    return made;
  };

  const differ = ([one, other]) => !one || !other || one.text !== other.text || one.right !== other.right;
  const split = ([one, other]) => Boolean(one?.right) !== Boolean(other?.right);
  const haystack = (prompt) =>
    (prompt.haystack ??= [
      prompt.suite,
      prompt.id,
      ...prompt.messages.map(([, text]) => text),
      ...prompt.answers.map((answer) => answer?.text ?? ""),
    ].join("\n").toLowerCase());

  const answerView = (answer, index) => {
    const outcome = !answer || answer.error ? "unsettled" : answer.right ? "met" : "failed";
    const word = { unsettled: "? no answer", met: "✓ right", failed: "✕ wrong" }[outcome];
    const head = element("header", "",
      element("span", `side ${["first", "second"][index]}`, names[index]),
      element("span", `outcome ${outcome}`, word));
    if (answer) head.append(element("span", "time", answer.seconds));
    const view = element("div", `answer ${["first", "second"][index]}`, head);
    const said = element("pre", "", answer?.error ?? answer?.text ?? "not asked");
    said.dir = "auto";
    view.append(said);
    if (answer?.failures.length) view.append(element("p", "failures", answer.failures.join(", ")));
    return view;
  };

  const promptView = (prompt) => {
    const view = element("article", "", element("h3", "", prompt.id.startsWith(prompt.suite) ? prompt.id : `${prompt.suite} ${prompt.id}`));
    for (const [role, text] of prompt.messages) {
      const said = element("p", `message ${role}`, text);
      said.dir = "auto";
      if (role !== "user") said.prepend(element("b", "", role));
      view.append(said);
    }
    const checks = prompt.expected.map(([type, value]) => element("li", "", type, " ", element("code", "", value)));
    const expected = element("div", "expected", "Expected", element("ul", "", ...checks));
    view.append(expected, element("div", "pair", ...prompt.answers.map(answerView)));
    return view;
  };

  let matching = [];

  const extend = () => {
    const from = list.children.length;
    list.append(...matching.slice(from, from + PAGE).map(promptView));
    const left = matching.length - list.children.length;
    more.hidden = left === 0;
    more.textContent = `Show ${Math.min(PAGE, left)} more`;
    shown.textContent = `${list.children.length} of ${matching.length} prompts shown`;
  };

  const filter = () => {
    const wanted = search.value.trim().toLowerCase();
    matching = prompts.filter((prompt) =>
      (!suite.value || prompt.suite === suite.value) &&
      (show.value === "all" || (show.value === "differ" ? differ : split)(prompt.answers)) &&
      (!wanted || haystack(prompt).includes(wanted)));
    list.replaceChildren();
    extend();
  };

  search.form.addEventListener("submit", (event) => event.preventDefault());
  search.form.addEventListener("input", filter);
  more.addEventListener("click", extend);
  filter();
})();
