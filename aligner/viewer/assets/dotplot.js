"use strict";
/* The plot of two texts: sentences of the source down, of the target along; what is similar, what was aligned. */

/** Length of the longer side at most, in pixels of the page; and of a sentence. */
const PLOT_SIZE = 300;
const SENTENCE_SIZE = 20;

/** Width of the strips that show what is not aligned. */
const STRIP = 5;

class DotPlot {
  /** `onjump(source, target)`: these sentences were clicked. */
  constructor({ onjump }) {
    this.onjump = onjump;
    this.canvas = element("canvas", { role: "img", class: "plot", onclick: (event) => this.clicked(event) });
    this.frame = element("div", { class: "window", "aria-hidden": "true" });
    this.here = element("div", { class: "here", "aria-hidden": "true", hidden: true });
    this.caption = element("p", { class: "told" });
    this.axes = element("figcaption", {});
    this.node = element("figure", { class: "dotplot" },
      element("div", { class: "plotted" }, this.canvas, this.frame, this.here), this.axes, this.caption);
  }

  show(model) {
    this.model = model;
    this.sizes = model.sides.map(({ sentences }) => Math.max(1, sentences.length));
    this.unit = Math.min(SENTENCE_SIZE, PLOT_SIZE / Math.max(...this.sizes));
    [this.height, this.width] = this.sizes.map((size) => Math.max(40, Math.round(size * this.unit)));
    const [down, along] = model.sides.map(({ lang, sentences }) =>
      `${languageName(lang)}, ${plural(sentences.length, "sentence")}`);
    this.axes.textContent = `↓ ${down} · → ${along}`;
    this.caption.textContent = toldOf(model);
    this.canvas.setAttribute("aria-label", `Plot of similar and aligned sentences. ${toldOf(model)}`);
    this.draw();
  }

  /** Where a sentence begins in the plot. */
  at(side, sentence) {
    return STRIP + (sentence / this.sizes[side]) * (side === 0 ? this.height : this.width);
  }

  /** Draws it, once it stands in the page: the colours are those of the place. */
  draw() {
    const { canvas } = this;
    if (!canvas.isConnected) return;
    const scale = Math.max(1, devicePixelRatio);
    const [width, height] = [this.width + STRIP, this.height + STRIP];
    Object.assign(canvas, { width: width * scale, height: height * scale });
    furnish(canvas, { style: { width: `${width}px`, height: `${height}px` } }, []);
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    const colour = colourReader(canvas);
    this.drawStrips(context, colour);
    this.drawDots(context, colour);
    this.drawRecords(context, colour);
  }

  /** What is similar. */
  drawDots(context, colour) {
    const { dots } = this.model.data;
    const size = Math.max(1.5, Math.min(6, this.unit * 0.6));
    context.fillStyle = colour("var(--muted)");
    for (let place = 0; place < dots.length; place += 3) {
      const [source, target, worth] = dots.slice(place, place + 3);
      context.globalAlpha = 0.15 + 0.45 * (worth / 100);
      context.fillRect(this.at(1, target + 0.5) - size / 2, this.at(0, source + 0.5) - size / 2, size, size);
    }
  }

  /** What was aligned; crossings have an edge, where there is room. */
  drawRecords(context, colour) {
    context.globalAlpha = 0.9;
    context.strokeStyle = colour("var(--ink)");
    for (const { source, target, p, crossing } of this.model.records) {
      const [y, x] = [this.at(0, source[0]), this.at(1, target[0])];
      const height = Math.max(2, this.at(0, source.at(-1) + 1) - y);
      const width = Math.max(2, this.at(1, target.at(-1) + 1) - x);
      context.fillStyle = colour(pColour(p));
      context.fillRect(x, y, width, height);
      if (crossing && Math.min(width, height) >= 4) context.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
    }
  }

  /** What is not aligned, along both edges. */
  drawStrips(context, colour) {
    context.fillStyle = colour("var(--edge)");
    for (const side of this.model.sides) {
      for (const sentence of loneOf(side)) {
        const from = this.at(side.at, sentence);
        const size = Math.max(0.75, this.at(side.at, sentence + 1) - from);
        if (side.at === 0) context.fillRect(0, from, STRIP - 2, size);
        else context.fillRect(from, 0, size, STRIP - 2);
      }
    }
  }

  /** Shows which sentences are in the window: `[[first, last], [first, last]]`. */
  window(seen) {
    this.frame.hidden = seen === null;
    if (seen === null) return;
    const [top, left] = seen.map(([first], side) => this.at(side, first));
    const [bottom, right] = seen.map(([, last], side) => this.at(side, last + 1));
    putAt(this.frame, left, top, right - left, bottom - top);
  }

  /** Marks the chosen record. */
  point(bead) {
    this.here.hidden = !bead;
    if (!bead) return;
    const [y, x] = SIDES.map((name, at) => this.at(at, (bead[name][0] ?? 0) + 0.5));
    putAt(this.here, x - 6, y - 6, 12, 12);
  }

  clicked({ offsetX, offsetY }) {
    const sentence = (side, offset, size) =>
      Math.min(this.sizes[side] - 1, Math.max(0, Math.floor(((offset - STRIP) / size) * this.sizes[side])));
    this.onjump(sentence(0, offsetY, this.height), sentence(1, offsetX, this.width));
  }
}

function putAt(node, left, top, width, height) {
  for (const [name, value] of Object.entries({ left, top, width, height })) node.style.setProperty(name, `${value}px`);
}

/** Gives colours of the style sheet as a canvas takes them. */
function colourReader(canvas) {
  const known = new Map();
  const read = (name) => {
    canvas.style.setProperty("color", name);
    return getComputedStyle(canvas).color;
  };
  return (name) => known.get(name) ?? known.set(name, read(name)).get(name);
}

/** The sentences of a side that no record holds. */
const loneOf = ({ sentences, held }) =>
  [...sentences.keys()].filter((number) => sentences[number][0] < sentences[number][1] && !held.has(number));

/** The plot in words. */
function toldOf({ records, sides }) {
  const crossings = records.filter(({ crossing }) => crossing).length;
  const gaps = sides.map((side) => {
    const lone = loneOf(side);
    const [first, last] = longestRun(lone);
    const all = plural(side.sentences.length, "sentence");
    const told = `${count(lone.length)} of ${all} of the ${side.name} without counterpart`;
    return last > first ? `${told} (the longest run: ${count(first + 1)}–${count(last + 1)})` : told;
  });
  const crossing = crossings ? `${count(crossings)} of them crossing` : "none crossing";
  return `${plural(records.length, "record")}, ${crossing}; ${gaps.join("; ")}.`;
}

/** The longest run of numbers that follow one another: its first and its last. */
function longestRun(numbers) {
  let longest = [0, -1];
  let first = 0;
  numbers.forEach((number, place) => {
    if (number !== numbers[place - 1] + 1) first = number;
    if (number - first > longest[1] - longest[0]) longest = [first, number];
  });
  return longest;
}
