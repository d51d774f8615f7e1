// SPDX-License-Identifier: MIT
//
// Timeline: past censuses. Above, the nodes that were reachable (line) and the estimate's 95 % interval (band); below,
// how many came (up) and went (down) since the census before. Absent when there are not two to compare. A census that
// is not complete counts a part: line and band pass it by, and the readout says what it is.

const CHART = { left: 46, right: 12, top: 8, lines: 104, gap: 10, bars: 36, bottom: 20 };
const CHART_HEIGHT = CHART.top + CHART.lines + CHART.gap + CHART.bars + CHART.bottom;

// About three round whole numbers from low to high.
function ticks(low, high) {
  const rough = (high - low) / 3 || 1;
  const power = 10 ** Math.max(0, Math.floor(Math.log10(rough)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  const made = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) made.push(value);
  return made;
}

class Timeline {
  constructor(history) {
    this.points = (Array.isArray(history) ? history : [])
      .map((census) => ({ ...census, time: Date.parse(census?.at) }))
      .filter((census) => Number.isFinite(census.time) && isNumber(census.reachable))
      .sort((a, b) => a.time - b.time);
    if (this.points.length < 2) return;
    this.whole = this.points.filter(({ complete }) => complete !== false);
    this.place = byId("timeline");
    this.place.hidden = false;
    this.readout = el("p", { class: "readout", role: "status" });
    this.stage = el("div", { class: "chart", tabindex: "0", role: "group", "aria-label":
      `History of ${counted(this.points.length, "census", "censuses")}; arrow keys move through them` });
    const keys = el("p", { class: "keys", "aria-hidden": "true" }, el("i", { class: "key line" }), "reachable",
      el("i", { class: "key band" }), "95 % interval of the estimate", el("i", { class: "key came" }), "came",
      el("i", { class: "key went" }), "went");
    this.place.append(el("div", { class: "heading" }, el("h2", {}, "History"), keys, this.readout), this.stage);
    this.chosen = this.points.length - 1;
    this.stage.addEventListener("pointermove", (event) => this.choose(this.nearest(event)));
    this.stage.addEventListener("pointerleave", () => this.choose(this.points.length - 1));
    this.stage.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.stage);
  }
  draw() {
    this.width = Math.max(200, this.stage.clientWidth);
    const values = (this.whole.length ? this.whole : this.points).flatMap(({ reachable, low, high }) => [reachable, low, high].filter(isNumber));
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const room = (high - low) * 0.08 || 1;
    this.range = { low: Math.max(0, low - room), high: high + room };
    this.most = Math.max(1, ...this.points.flatMap(({ came, went }) => [came, went].filter(isNumber)));
    this.cursor = svg("line", { class: "cursor", y1: CHART.top, y2: CHART_HEIGHT - CHART.bottom });
    this.dot = svg("circle", { class: "dot", r: 3.5 });
    const [first, last] = [this.whole[0], this.whole.at(-1)];
    const words = first ? `Reachable nodes: first ${count(first.reachable)}, at last ${count(last.reachable)}`
      : "No complete census";
    this.stage.replaceChildren(svg("svg", { width: this.width, height: CHART_HEIGHT, role: "img", "aria-label": words },
      ...this.grid(), ...this.bands(), this.line(), ...this.bars(), ...this.dates(), this.cursor, this.dot));
    this.choose(this.chosen);
  }
  x(time) {
    const [first, last] = [this.points[0].time, this.points.at(-1).time];
    return CHART.left + ((time - first) / (last - first || 1)) * (this.width - CHART.left - CHART.right);
  }
  y(value) {
    const { low, high } = this.range;
    return CHART.top + (1 - (value - low) / (high - low)) * CHART.lines;
  }
  grid() {
    return ticks(this.range.low, this.range.high).flatMap((value) => {
      const y = this.y(value);
      return [svg("line", { class: "grid", x1: CHART.left, x2: this.width - CHART.right, y1: y, y2: y }),
        svg("text", { x: CHART.left - 6, y: y + 4, "text-anchor": "end" }, count(value))];
    });
  }
  // One band for each unbroken run of censuses that have an estimate.
  bands() {
    const runs = [[]];
    for (const point of this.whole) {
      if (isNumber(point.low) && isNumber(point.high)) runs.at(-1).push(point);
      else if (runs.at(-1).length) runs.push([]);
    }
    return runs.filter((run) => run.length).map((run) => {
      const above = run.map(({ time, high }) => this.corner(time, high));
      const below = run.map(({ time, low }) => this.corner(time, low));
      return svg("polygon", { class: "band", points: [...above, ...below.reverse()].join(" ") });
    });
  }
  corner(time, value) {
    return `${this.x(time).toFixed(1)},${this.y(value).toFixed(1)}`;
  }
  line() {
    const corners = this.whole.map(({ time, reachable }) => this.corner(time, reachable));
    return svg("polyline", { class: "line", points: corners.join(" ") });
  }
  bars() {
    const middle = CHART.top + CHART.lines + CHART.gap + CHART.bars / 2;
    const wide = clamp((this.width - CHART.left - CHART.right) / this.points.length - 2, 1, 10);
    const bar = (point, value, kind) => {
      const tall = ((isNumber(value) ? value : 0) / this.most) * (CHART.bars / 2);
      return svg("rect", { class: kind, x: this.x(point.time) - wide / 2, width: wide, height: tall,
        y: kind === "came" ? middle - tall : middle });
    };
    return [svg("line", { class: "grid", x1: CHART.left, x2: this.width - CHART.right, y1: middle, y2: middle }),
      ...this.points.flatMap((point) => [bar(point, point.came, "came"), bar(point, point.went, "went")])];
  }
  dates() {
    const places = [[0, "start"], [this.points.length - 1, "end"]];
    return places.map(([nth, anchor]) => svg("text", { x: this.x(this.points[nth].time), y: CHART_HEIGHT - 5,
      "text-anchor": anchor }, minute(this.points[nth].at)));
  }
  nearest(event) {
    const x = event.clientX - this.stage.getBoundingClientRect().left;
    const away = this.points.map(({ time }) => Math.abs(this.x(time) - x));
    return away.indexOf(Math.min(...away));
  }
  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.choose(clamp(this.chosen + step, 0, this.points.length - 1));
  }
  choose(nth) {
    this.chosen = nth;
    const { at, time, reachable, estimate, low, high, came, went, complete } = this.points[nth];
    const part = complete === false;
    const x = this.x(time).toFixed(1);
    for (const [name, value] of [["x1", x], ["x2", x]]) this.cursor.setAttribute(name, value);
    this.dot.setAttribute("cx", x);
    this.dot.setAttribute("cy", this.y(reachable).toFixed(1));
    this.dot.setAttribute("visibility", part ? "hidden" : "visible");
    const interval = isNumber(estimate) ? `, estimated ${count(estimate)} (${count(low)} \u2013 ${count(high)})` : "";
    this.readout.textContent = `${minute(at)}: ${count(reachable)} reachable${interval}, ${count(came)} came, ` +
      `${count(went)} went${part ? "; this census is not complete" : ""}`;
  }
}
