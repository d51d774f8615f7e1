// SPDX-License-Identifier: MIT
//
// Radar: this node in the middle, its peers around it. The distance is the logarithm of the round trip; the direction
// follows from the address alone, so that a peer keeps its place, and neighbours in address space are neighbours here.

const SKY = { size: 400, nearest: 34, farthest: 176 }; // in units of the drawing
const MOST_STARS = 2000;

// Whole decades of milliseconds that hold all round trips, two at least: as powers of ten.
function decades(rows) {
  const powers = rows.map((row) => Math.log10(clamp(row.rtt_ms, 0.01, 10000)));
  const low = Math.floor(Math.min(0, ...powers));
  return { low, high: Math.max(low + 2, Math.ceil(Math.max(0, ...powers))) };
}

const scaleText = (power) => (power < 3 ? `${Number((10 ** power).toFixed(2))} ms` : `${10 ** (power - 3)} s`);

// Where an endpoint stands in [0, 1): FNV-1a of its address first, of its port after that, so one address is one ray.
function direction(endpoint) {
  const colon = endpoint.lastIndexOf(":");
  const hash = (words) => {
    let h = 0x811c9dc5;
    for (let at = 0; at < words.length; at++) h = Math.imul(h ^ words.charCodeAt(at), 0x01000193);
    return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
  };
  const alone = endpoint.startsWith("127.") || endpoint.startsWith("[::1]");
  return alone ? hash(endpoint.slice(colon)) : (hash(endpoint.slice(0, colon)) + hash(endpoint) / 64) % 1;
}

class Radar {
  constructor(place, onSelect) {
    Object.assign(this, { place, onSelect, low: 0, high: 0 });
    place.setAttribute("viewBox", `0 0 ${SKY.size} ${SKY.size}`);
    this.stars = svg("g");
    this.rings = svg("g", { "aria-hidden": "true" });
    this.links = svg("g", { "aria-hidden": "true" });
    const self = svg("circle", { cx: SKY.size / 2, cy: SKY.size / 2, r: 6, class: "self" });
    place.append(this.rings, this.links, self, this.stars);
  }
  reach(ms) {
    const share = clamp((Math.log10(ms || 0.01) - this.low) / (this.high - this.low), 0, 1);
    return SKY.nearest + share * (SKY.farthest - SKY.nearest);
  }
  scale({ low, high }) {
    if (low === this.low && high === this.high) return;
    Object.assign(this, { low, high });
    const middle = SKY.size / 2;
    const powers = Array.from({ length: high - low }, (_, nth) => low + 1 + nth);
    this.rings.replaceChildren(...powers.flatMap((power) => {
      const r = this.reach(10 ** power);
      return [svg("circle", { cx: middle, cy: middle, r, class: "ring" }),
        svg("text", { x: middle, y: middle - r - 3, class: "scale" }, scaleText(power))];
    }));
  }
  show(rows, selected) {
    const shown = rows.filter((row) => row.endpoint && isNumber(row.rtt_ms)).slice(0, MOST_STARS);
    this.scale(decades(shown));
    const placed = shown.map((row) => {
      const angle = 2 * Math.PI * direction(row.endpoint);
      const [x, y] = [Math.sin, (a) => -Math.cos(a)].map((f) => SKY.size / 2 + this.reach(row.rtt_ms) * f(angle));
      return { row, x: x.toFixed(1), y: y.toFixed(1) };
    });
    this.links.replaceChildren(...placed.filter(({ row }) => row.in_view).map(({ x, y }) =>
      svg("line", { x1: SKY.size / 2, y1: SKY.size / 2, x2: x, y2: y, class: "link" })));
    this.stars.replaceChildren(...placed.map(({ row, x, y }) => this.star(row, x, y, row.node_id === selected)));
  }
  star(row, x, y, chosen) {
    const words = `${row.label} ${row.endpoint} ${row.state} ${milliseconds(row.rtt_ms)}`;
    const made = svg("circle", { cx: x, cy: y, r: row.in_view ? 5 : 3.5, "data-id": row.node_id,
      class: `peer ${row.kind}${chosen ? " chosen" : ""}` }, svg("title", {}, words));
    made.addEventListener("click", () => this.onSelect(row.node_id));
    return made;
  }
}
