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
    this.node = element(
      "figure",
      { class: "dotplot" },
      element("div", { class: "plotted" }, this.canvas, this.frame, this.here),
      (this.axes = element("figcaption", {})),
      this.caption,
    );
  }

  show(model) {
    this.model = model;
    const sizes = model.sides.map(({ sentences }) => Math.max(1, sentences.length));
    const longest = Math.max(...sizes);
    const [height, width] = sizes.map((size) =>
      Math.max(40, Math.round(size * Math.min(SENTENCE_SIZE, PLOT_SIZE / longest))),
    );
    Object.assign(this, { sizes, width, height });
    const { sides } = model;
    this.axes.textContent = `↓ ${languageName(sides[0].lang)}, ${plural(sides[0].sentences.length, "sentence")} · → ${languageName(sides[1].lang)}, ${plural(sides[1].sentences.length, "sentence")}`;
    const told = toldOf(model);
    this.canvas.setAttribute("aria-label", `Plot of similar and aligned sentences. ${told}`);
    this.caption.textContent = told;
    this.draw();
  }

  /** Where a sentence begins in the plot. */
  at(side, sentence) {
    return STRIP + (sentence / this.sizes[side]) * (side === 0 ? this.height : this.width);
  }

  draw() {
    if (!this.model) return;
    const { canvas, width, height, model } = this;
    const scale = Math.max(1, devicePixelRatio);
    canvas.width = (width + STRIP) * scale;
    canvas.height = (height + STRIP) * scale;
    canvas.style.setProperty("width", `${width + STRIP}px`);
    canvas.style.setProperty("height", `${height + STRIP}px`);
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    const colour = colourReader(canvas);
    this.drawStrips(context, colour);
    const [down, along] = [height / this.sizes[0], width / this.sizes[1]];
    const dot = Math.max(1.5, Math.min(6, down * 0.6, along * 0.6));
    context.fillStyle = colour("var(--muted)");
    for (let place = 0; place < model.data.dots.length; place += 3) {
      const [source, target, worth] = model.data.dots.slice(place, place + 3);
      context.globalAlpha = 0.15 + 0.45 * (worth / 100);
      context.fillRect(this.at(1, target + 0.5) - dot / 2, this.at(0, source + 0.5) - dot / 2, dot, dot);
    }
    context.globalAlpha = 0.9;
    for (const { source, target, p, crossing } of model.records) {
      context.fillStyle = colour(pColour(p));
      const size = [
        Math.max(2, down * (source.at(-1) - source[0] + 1)),
        Math.max(2, along * (target.at(-1) - target[0] + 1)),
      ];
      context.fillRect(this.at(1, target[0]), this.at(0, source[0]), size[1], size[0]);
      if (!crossing || Math.min(...size) < 4) continue;
      context.strokeStyle = colour("var(--ink)");
      context.strokeRect(this.at(1, target[0]) - 0.5, this.at(0, source[0]) - 0.5, size[1] + 1, size[0] + 1);
    }
  }

  /** What is not aligned, along both edges. */
  drawStrips(context, colour) {
    context.fillStyle = colour("var(--edge)");
    for (const side of this.model.sides) {
      side.sentences.forEach(([start, end], sentence) => {
        if (start === end || side.held.has(sentence)) return;
        const from = this.at(side.at, sentence);
        const size = Math.max(0.75, this.at(side.at, sentence + 1) - from);
        if (side.at === 0) context.fillRect(0, from, STRIP - 2, size);
        else context.fillRect(from, 0, size, STRIP - 2);
      });
    }
  }

  /** Shows which sentences are in the window: `[[first, last], [first, last]]`. */
  window(seen) {
    this.frame.hidden = seen === null;
    if (seen === null) return;
    const [top, left] = seen.map(([first], side) => this.at(side, first));
    const [bottom, right] = seen.map(([, last], side) => this.at(side, last + 1));
    place4(this.frame, left, top, right - left, bottom - top);
  }

  /** Marks the chosen record. */
  point(bead) {
    this.here.hidden = !bead;
    if (bead)
      place4(
        this.here,
        this.at(1, (bead.target[0] ?? 0) + 0.5) - 6,
        this.at(0, (bead.source[0] ?? 0) + 0.5) - 6,
        12,
        12,
      );
  }

  clicked({ offsetX, offsetY }) {
    const sentence = (side, offset, size) =>
      Math.min(this.sizes[side] - 1, Math.max(0, Math.floor(((offset - STRIP) / size) * this.sizes[side])));
    this.onjump(sentence(0, offsetY, this.height), sentence(1, offsetX, this.width));
  }
}

function place4(node, left, top, width, height) {
  for (const [name, value] of Object.entries({ left, top, width, height })) node.style.setProperty(name, `${value}px`);
}

/** Gives colours of the style sheet as a canvas takes them. */
function colourReader(canvas) {
  const probe = element("span", { hidden: true });
  (canvas.parentNode.isConnected ? canvas.parentNode : document.body).append(probe);
  const known = new Map();
  const read = (name) => {
    if (!known.has(name)) {
      probe.style.setProperty("color", name);
      known.set(name, getComputedStyle(probe).color);
    }
    return known.get(name);
  };
  for (const name of [
    "var(--muted)",
    "var(--ink)",
    "var(--edge)",
    "var(--p-unknown)",
    ...[0, 1, 2, 3, 4].map((step) => `var(--p-${step})`),
  ])
    read(name);
  probe.remove();
  return read;
}

/** The plot in words. */
function toldOf({ records, sides }) {
  const crossings = records.filter(({ crossing }) => crossing).length;
  const gaps = sides.map((side) => {
    const lone = side.sentences.map(([start, end], sentence) => start < end && !side.held.has(sentence));
    const longest = longestRun(lone);
    const size = longest.last - longest.first + 1;
    const told = `${count(lone.filter(Boolean).length)} of ${count(side.sentences.length)} sentences of the ${side.name} without counterpart`;
    return size > 1 ? `${told} (the longest run: ${longest.first + 1}–${longest.last + 1})` : told;
  });
  return `${plural(records.length, "record")}, ${crossings ? `${count(crossings)} of them crossing` : "none crossing"}; ${gaps.join("; ")}.`;
}

function longestRun(flags) {
  let found = { first: 0, last: -1 };
  let first = 0;
  flags.forEach((flag, place) => {
    if (!flag) first = place + 1;
    else if (place - first > found.last - found.first) found = { first, last: place };
  });
  return found;
}
