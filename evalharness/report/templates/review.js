"use strict";
// One row after the other: asks its server for it, shows it beside its origin, and sends what the reader says of it.
// Whatever a row holds becomes a text node, never markup.
(() => {
  const ENDED = "Nobody answers: the review has ended. All that you said is kept; start it again to go on.";
  const OUTCOMES = { accepted: ["met", "✓ accepted"], edited: ["met", "✓ edited"], rejected: ["failed", "✕ rejected"] };
  const [title, progress, tally, view, trouble] =
    ["title", "progress", "tally", "row", "trouble"].map((id) => document.getElementById(id));
  const buttons = Object.fromEntries(["back", "skip", "reject", "edit", "accept", "cancel", "save"]
    .map((id) => [id, document.getElementById(id)]));
  let shown = null; // what the server said last
  let isEdited = false;
  let isBusy = false;

  const element = (tag, className, ...children) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };

  const text = (said, runs, tag) => {
    const made = element("pre");
    made.dir = "auto";
    if (!runs) made.append(said);
    else for (const [run, both] of runs) made.append(both ? run : element(tag, "", run));
    return made;
  };

  const field = (name, said) => {
    const made = element("textarea");
    made.id = name;
    made.value = said;
    made.dir = "auto";
    made.setAttribute("aria-label", name === "question" ? "Question" : "Answer");
    return made;
  };

  const outcome = (said) => element("span", `outcome ${OUTCOMES[said][0]}`, OUTCOMES[said][1]);

  // A side's texts, each with its name where there are two.
  const side = (index, name, parts) => {
    const head = element("header", "", element("span", `side ${["first", "second"][index]}`, name));
    const card = element("div", `answer ${["first", "second"][index]}`, head);
    for (const [part, made] of parts) {
      if (parts.length > 1) card.append(element("h3", "part", part));
      card.append(made);
    }
    return card;
  };

  const NAMES = { before: "before it", question: "question", answer: "answer" };

  // What both rows have in common is shown once, below them; what one of them is to be written anew, beside the other.
  const draw = () => {
    const { row } = shown;
    const other = row.beside;
    const isShared = (name) => Boolean(other) && other[name] === row[name] && (!isEdited || name === "before");
    const parts = (one, index) => Object.keys(NAMES).filter((name) => one[name] && !isShared(name)).map((name) => {
      if (index && isEdited && name !== "before") return [NAMES[name], field(name, one[name])];
      const runs = other ? wordDiff(other[name], row[name])?.[index] : null;
      return [NAMES[name], text(one[name], runs, index ? "ins" : "del")];
    });
    const own = side(1, row.kind, parts(row, 1));
    if (row.said) own.firstChild.append(outcome(row.said));
    if (row.says) own.firstChild.append(element("span", "time", row.says));
    view.replaceChildren();
    if (row.reason) view.append(element("p", "warning", "The filters dropped it: ", element("strong", "", row.reason)));
    view.append(other
      ? element("div", "pair", side(0, other.is, parts(other, 0)), own)
      : element("div", "alone", own));
    for (const name of ["question", "answer", "before"].filter((one) => row[one] && isShared(one))) {
      view.append(element("div", "answer same", element("h3", "part", `${NAMES[name]}, of both`), text(row[name])));
    }
  };

  const drawEnd = () => {
    const { left } = shown.counts;
    view.replaceChildren(element("p", "headline", left
      ? `${left} left of which nothing was said: they do not train.`
      : "Every row was looked at. End the review with Ctrl-C where you started it."));
    if (shown.agreement) view.append(element("p", "lead", `${shown.agreement[0].toUpperCase()}${shown.agreement.slice(1)}.`));
    if (left) {
      const again = element("button", "", "Look at them");
      again.type = "button";
      again.addEventListener("click", () => show("left"));
      view.append(again);
    }
  };

  const tell = () => {
    const { place, total, counts, row } = shown;
    title.textContent = row ? `${place + 1} of ${total}` : "That was the last one";
    progress.max = total;
    progress.value = total - counts.left;
    tally.textContent = Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(", ");
    for (const name of ["skip", "reject", "edit", "accept"]) buttons[name].hidden = isEdited || !row;
    buttons.back.hidden = isEdited;
    buttons.back.disabled = place === 0;
    buttons.edit.disabled = !row?.editable;
    buttons.save.hidden = buttons.cancel.hidden = !isEdited;
    if (row) draw();
    else drawEnd();
    if (isEdited) view.querySelector("textarea").focus();
  };

  // What the server answers, or nothing where it refuses or is gone, which is said.
  const ask = async (path, body) => {
    isBusy = true;
    try {
      const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
      const reply = await fetch(path, options);
      trouble.textContent = reply.ok ? "" : `Not kept: ${await reply.text()}`;
      return reply.ok ? await reply.json() : null;
    } catch {
      trouble.textContent = ENDED;
      return null;
    } finally {
      trouble.hidden = !trouble.textContent;
      isBusy = false;
    }
  };

  const show = async (place) => {
    const said = await ask(`rows/${place}`);
    if (!said) return;
    [shown, isEdited] = [said, false];
    tell();
    scrollTo(0, 0);
    document.body.dataset.place = shown.place; // for whoever waits for it
  };

  const say = async (judgement, texts) => {
    if (await ask(`rows/${shown.place}`, { judgement, ...texts })) await show(shown.place + 1);
  };

  const edit = (is) => {
    isEdited = is;
    trouble.hidden = true;
    tell();
  };

  const ACTS = {
    back: () => show(shown.place - 1),
    skip: () => show(shown.place + 1),
    reject: () => say("rejected"),
    accept: () => say("accepted"),
    edit: () => edit(true),
    cancel: () => edit(false),
    save: () => say("edited", Object.fromEntries(["question", "answer"]
      .map((name) => [name, document.getElementById(name)?.value ?? shown.row[name]]))),
  };
  const KEYS = { a: "accept", e: "edit", r: "reject", s: "skip", b: "back", ArrowRight: "skip", ArrowLeft: "back" };

  const act = (name) => {
    const button = buttons[name];
    if (button && shown && !isBusy && !button.hidden && !button.disabled) ACTS[name]();
  };
  for (const [name, button] of Object.entries(buttons)) button.addEventListener("click", () => act(name));
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.altKey || event.isComposing) return;
    if (isEdited) {
      if (event.key === "Escape") act("cancel");
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) act("save");
      return;
    }
    if (event.ctrlKey || event.metaKey || !KEYS[event.key]) return;
    event.preventDefault(); // or the letter is written into the field that an edit opens
    act(KEYS[event.key]);
  });
  show("left");
})();
