// The page's three parts. What is shown comes from this server alone; no library is needed for it.

const MOST_BITS = 8;
const STEPS = 127; // a unit's value of 1, as it is sent

const find = (selector, inside = document) => inside.querySelector(selector);
const show = (element, is = true) => { element.hidden = !is; };
const percent = (p) => `${(100 * p).toFixed(1)} %`;
const signed = (x, digits = 2) => (x < 0 ? "−" : "+") + Math.abs(x).toFixed(digits);
const squashed = (x) => 1 / (1 + Math.exp(-x));
const named = (c) => ({ "\n": "line break", " ": "space", "\t": "tab", "\r": "carriage return" })[c] ?? `“${c}”`;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// ---------------------------------------------------------------- asking

class Refusal extends Error {}

async function ask(path, question, signal) {
  let answer;
  try {
    answer = await fetch(path, question && {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question), signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("The server does not answer: is `textrnn app` still running?");
  }
  if (answer.ok) return answer;
  const found = await answer.json().catch(() => ({}));
  throw new Refusal(found.error ?? `The server answered with status ${answer.status}.`);
}

async function* lines(path, question, signal) {
  const answer = await ask(path, question, signal);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const whole = (rest + value).split("\n");
    rest = whole.pop();
    for (const line of whole) {
      const part = JSON.parse(line);
      if (part.error) throw new Refusal(part.error);
      yield part;
    }
  }
}

function complain(place, error) {
  if (error.name === "AbortError") return;
  if (!(error instanceof Refusal)) console.error(error);
  const parts = error.message.split("`").map((part, i) => (i % 2 ? make("code", {}, part) : part));
  place.replaceChildren(...parts);
  show(place);
}

// ---------------------------------------------------------------- text that can be pointed at

/** A text in pieces, each with a colour; what is known of the piece pointed at is said below it. */
class Reading {
  constructor(box, readout, describe) {
    Object.assign(this, { box, readout, describe, pieces: [], at: -1 });
    box.addEventListener("pointerover", (event) => this.point(this.pieces.indexOf(event.target)));
    box.addEventListener("click", (event) => this.point(this.pieces.indexOf(event.target)));
    box.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step || !this.pieces.length) return;
      event.preventDefault();
      this.point(Math.min(Math.max(this.at + step, 0), this.pieces.length - 1));
      this.pieces[this.at].scrollIntoView({ block: "nearest" });
    });
  }

  clear(hint = "") {
    this.box.replaceChildren();
    this.pieces = [];
    this.at = -1;
    this.readout.textContent = hint;
  }

  add(text, kind, value) {
    const piece = make("span", { class: `t ${kind}` }, text);
    if (text === "\n") piece.classList.add("line");
    piece.style.setProperty("--v", Math.min(1, value).toFixed(3));
    this.box.append(piece);
    this.pieces.push(piece);
  }

  /** Add pieces of a text at their places, and what stands between them as it is. */
  fill(text, places, look) {
    const characters = [...text];
    let end = 0;
    places.forEach(([from, to], i) => {
      if (from > end) this.box.append(characters.slice(end, from).join(""));
      this.add(characters.slice(from, to).join(""), ...look(i));
      end = to;
    });
    if (end < characters.length) this.box.append(characters.slice(end).join(""));
  }

  point(i) {
    if (i < 0) return;
    this.pieces[this.at]?.classList.remove("at");
    this.pieces[i].classList.add("at");
    this.at = i;
    this.readout.replaceChildren(...this.describe(i));
  }
}

// ---------------------------------------------------------------- a review judged

const review = find("#review");

function card(place, title, words) {
  place.classList.add("review");
  place.replaceChildren(make("h3", {}, title, make("small", {}, words)));
}

function verdict(place, text, found) {
  place.querySelectorAll(":scope > :not(h3)").forEach((old) => old.remove());
  const marker = make("i");
  marker.style.setProperty("--at", found.probability.toFixed(4));
  const [word, sure] = found.probability > 0.5 ? ["positive", found.probability] : ["negative", 1 - found.probability];
  const box = make("div", { class: "read", tabindex: 0, role: "group", "aria-label": "The review, coloured word by word" });
  const readout = make("p", { class: "readout", "aria-live": "polite" }, "Point at a word to see what it weighs.");
  place.append(
    make("p", { class: "verdict" }, make("b", {}, word), make("span", {}, `probability ${percent(sure)}`)),
    make("div", { class: "bar", "aria-hidden": "true" }, marker), box, strongest(text, found.words), readout,
  );
  const largest = Math.max(0.5, ...found.words.map((w) => Math.abs(w.contribution)));
  const reading = new Reading(box, readout, (i) => wording(found, i, reading.pieces[i].textContent));
  reading.fill(text, found.words.map((w) => [w.start, w.end]), (i) => {
    const w = found.words[i];
    return [`${w.contribution < 0 ? "neg" : "pos"}${w.known ? "" : " unknown"}`, Math.abs(w.contribution) / largest];
  });
}

function strongest(text, words) {
  const characters = [...text];
  const best = [...words].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)).slice(0, 5);
  const items = best.map((w) => make("li", {}, make("q", {}, characters.slice(w.start, w.end).join("")), ` ${signed(w.contribution)}`));
  return make("ul", { class: "strong", "aria-label": "What weighs most, in log-odds" }, ...items);
}

function wording(found, i, word) {
  const w = found.words[i];
  const without = percent(squashed(found.log_odds - w.contribution));
  const unknown = w.known ? "" : " The model does not know the word.";
  return [make("q", {}, word), ` ${signed(w.contribution)}: without it, ${without} positive.${unknown}`];
}

async function judge(form, problem, cards) {
  const question = { model: form.model.value, text: form.text.value };
  const [place, beside] = cards.children;
  const found = await (await ask("review", question)).json();
  card(place, question.model, models.get(question.model).words);
  verdict(place, question.text, found);
  for (const part of review.querySelectorAll(".cards, .legend, .note")) show(part);
  wanted = question;
  if (!fitting) compare(beside);
}

let wanted = null; // what the baseline is to judge next
let fitting = false;

async function compare(place) {
  fitting = true;
  while (wanted) {
    const question = wanted;
    wanted = null;
    card(place, "NB-SVM", "the baseline: a linear model of n-grams");
    const started = Date.now();
    let doing = "Reading…";
    const progress = make("p", { class: "progress", role: "status" }, doing);
    place.append(progress);
    const clock = setInterval(() => { progress.textContent = `${doing} ${Math.round((Date.now() - started) / 1000)} s`; }, 1000);
    try {
      for await (const part of lines("baseline", question)) {
        if (part.progress) progress.textContent = doing = part.progress;
        else if (!wanted) verdict(place, question.text, part);
      }
    } catch (error) {
      complain(progress, error);
    } finally {
      clearInterval(clock);
    }
  }
  fitting = false;
}

// ---------------------------------------------------------------- a text written

const writing = find("#text");
let abort = null;

async function write(form) {
  const { model, start, temperature, greedy, seed, count, stop } = form;
  const panel = find(".card", writing);
  const figures = find(".figures", panel);
  const bits = [];
  const reading = (write.reading ??= new Reading(find(".read", panel), find(".readout", panel), null));
  reading.describe = (i) => {
    const c = reading.pieces[i].textContent;
    if (bits[i] === null) return [make("q", {}, named(c)), " comes first: nothing foretells it."];
    return [make("q", {}, named(c)), ` ${bits[i].toFixed(2)} bits: it was given ${percent(2 ** -bits[i])}.`];
  };
  reading.clear("Point at a character to see how likely it was.");
  figures.textContent = "Loading…";
  for (const part of writing.querySelectorAll(".card, .legend, .note")) show(part);
  abort = new AbortController();
  stop.disabled = false;
  let begun = 0;
  const add = (c, b, kind) => { reading.add(c, `heat ${kind}`, (b ?? 0) / MOST_BITS); bits.push(b); };
  const tally = () => {
    const mean = (of) => `${(of.reduce((a, b) => a + b, 0) / of.length).toFixed(2)}`;
    const drawn = bits.slice(begun);
    const read = bits.slice(1, begun);
    const own = read.length ? `the start: ${mean(read)} over ${read.length}` : "";
    if (!drawn.length) figures.textContent = own ? `Bits a character of ${own}.` : "One character: nothing foretells it.";
    else figures.replaceChildren(make("b", {}, mean(drawn)), ` bits a character, over ${drawn.length} written${own && `; ${own}`}`);
  };
  const question = {
    model: model.value, start: start.value, length: Number(count.value), temperature: Number(temperature.value),
    greedy: greedy.checked, seed: Number(seed.value),
  };
  try {
    for await (const part of lines("text", question, abort.signal)) {
      if (part.start !== undefined) [...part.start].forEach((c, i) => add(c, part.bits[i], "start"));
      else add(part.character, part.bits, "");
      if (part.start !== undefined) begun = bits.length;
      tally();
    }
  } catch (error) {
    if (!bits.length) show(panel, false);
    throw error;
  } finally {
    stop.disabled = true;
  }
}

// ---------------------------------------------------------------- a unit followed

const cells = find("#cells");

async function follow(form) {
  const question = { model: form.model.value, text: form.text.value };
  const found = await (await ask("states", question)).json();
  const panel = find(".card", cells);
  const [layer, ranking] = panel.querySelectorAll("select");
  const unit = find("input", panel);
  const reading = (follow.reading ??= new Reading(find(".read", panel), find(".readout", panel), null));
  const values = found.layers.map((one) => Int8Array.from(atob(one.values), (c) => c.charCodeAt(0)));
  const chosen = () => found.layers[layer.value];
  const value = (i, u) => values[layer.value][i * chosen().units + u] / STEPS;

  const options = (select, names) => {
    const before = select.selectedOptions[0]?.textContent;
    select.replaceChildren(...names.map(([v, name]) => make("option", { value: v }, name)));
    const same = names.find(([, name]) => name === before);
    select.value = same ? same[0] : names[0][0];
  };
  const colour = () => {
    const u = Number(unit.value);
    reading.pieces.forEach((piece, i) => {
      const v = value(i, u);
      piece.classList.toggle("pos", v >= 0);
      piece.classList.toggle("neg", v < 0);
      piece.style.setProperty("--v", Math.abs(v).toFixed(3));
    });
    for (const button of find(".units", panel).children) button.ariaPressed = button.value === unit.value;
    if (reading.at >= 0) reading.point(reading.at);
  };
  const rank = () => {
    const buttons = chosen().rankings[ranking.value].map(([u, score]) => {
      const scored = ranking.value.startsWith("largest") ? `variance ${score.toFixed(3)}` : `r ${signed(score)}`;
      const button = make("button", { type: "button", value: u }, make("b", {}, `unit ${u}`), make("span", {}, scored), curve((i) => value(i, u), found.places.length));
      button.addEventListener("click", () => { unit.value = u; colour(); });
      return button;
    });
    find(".units", panel).replaceChildren(...buttons);
    unit.value = chosen().rankings[ranking.value][0][0];
    colour();
  };
  const relayer = () => {
    unit.max = chosen().units - 1;
    options(ranking, Object.keys(chosen().rankings).map((name) => [name, name]));
    find(".holds", cells).textContent = chosen().holds === "cell"
      ? `the LSTM’s cell, squashed as its output gate lets it out: tanh(c); ${chosen().units} units`
      : `the hidden state h; ${chosen().units} units`;
    rank();
  };

  options(layer, found.layers.map((one, i) => [String(i), one.name]));
  reading.describe = (i) => [make("q", {}, named(reading.pieces[i].textContent)), ` unit ${unit.value} holds ${signed(value(i, Number(unit.value)))}`];
  reading.clear("Point at the text to read the unit’s values.");
  reading.fill(question.text, found.places, () => ["", 0]);
  layer.onchange = relayer;
  ranking.onchange = rank;
  unit.oninput = () => { if (unit.value !== "" && unit.checkValidity()) colour(); };
  relayer();
  for (const part of cells.querySelectorAll(".card, .legend, .note")) show(part);
}

/** A unit's course through a text, drawn small. */
function curve(value, count) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 -1.1 100 2.2");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const points = Array.from({ length: count }, (_, i) => `${((100 * i) / Math.max(1, count - 1)).toFixed(2)},${(-value(i)).toFixed(3)}`);
  for (const [kind, d] of [["zero", "M0,0H100"], ["", `M${points.join("L")}`]]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("class", kind);
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

// ---------------------------------------------------------------- all together

const models = new Map();

/** Have a form do something when it is sent: one at a time, and say so, and what went wrong. */
function whenSent(section, act) {
  const form = find("form", section);
  const problem = find(".problem", section);
  const button = find("[type=submit]", form);
  const status = find(".status", form);
  const send = async () => {
    if (button.disabled) return;
    show(problem, false);
    const busy = (is) => { button.disabled = form.elements.model.disabled = is; };
    busy(true);
    if (status) status.textContent = "Reading…";
    try {
      await act(form.elements, problem, find(".cards", section));
    } catch (error) {
      complain(problem, error);
    } finally {
      busy(false);
      if (status) status.textContent = "";
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  form.elements.model.addEventListener("change", send);
  return send;
}

function offer(section, task, chosen) {
  const select = find("form [name=model]", section);
  for (const model of models.values()) {
    if (!task || model.name.startsWith(task)) {
      select.append(make("option", { value: model.name }, model.here ? model.name : `${model.name} (not here yet)`));
    }
  }
  const here = [...models.values()].filter((m) => m.here && (!task || m.name.startsWith(task)));
  const first = here.find((m) => m.name === chosen) ?? here[0];
  if (first) select.value = first.name;
  return first;
}

async function begin() {
  const found = await (await ask("models")).json();
  for (const model of found.models) models.set(model.name, model);
  const writer = offer(writing, "charlm/", found.chosen.charlm);
  offer(review, "sentiment/", found.chosen.sentiment);
  offer(cells, "", found.chosen.charlm ?? found.chosen.sentiment ?? writer?.name);

  const judging = whenSent(review, judge);
  const draft = whenSent(writing, write);
  const following = whenSent(cells, follow);
  const form = find("form", writing).elements;
  const passage = find("form", cells).elements;
  const prepare = () => { form.start.value = models.get(form.model.value)?.start ?? form.start.value; };
  const excerpt = () => { passage.text.value = models.get(passage.model.value)?.text ?? find("textarea", review).value; };
  find("form [name=model]", writing).addEventListener("change", prepare, { capture: true });
  find("form [name=model]", cells).addEventListener("change", excerpt, { capture: true });
  form.temperature.addEventListener("input", () => { find("output", writing).textContent = Number(form.temperature.value).toFixed(2); });
  form.greedy.addEventListener("change", () => { form.temperature.disabled = form.greedy.checked; });
  form.stop.addEventListener("click", () => abort?.abort());
  prepare();
  excerpt();

  await judging();
  await following();
  if (!writer) await draft();
}

begin().catch((error) => complain(find("#problem"), error));
