// SPDX-License-Identifier: MIT
//
// Graph: nodes and who named whom: lets the layout work, says when to paint, and answers gestures. Which node is
// selected is the page's to say (onSelect); the graph is told with `show`.

const SLICE_MS = 9; // that the layout works before the page looks at its events
const PAINT_PAUSE = 0.01; // milliseconds for each node, between two paintings of a layout that moves

class Graph {
  constructor(data, filters, colours, onSelect) {
    Object.assign(this, { filters, onSelect, rows: data.nodes });
    this.painter = new Painter(data, filters, colours);
    this.layout = this.painter.layout;
    this.camera = this.painter.camera;
    this.selected = this.hovered = -1; // numbers of nodes
    this.paintedAt = 0; // milliseconds of performance.now()
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    const scene = byId("scene");
    const edges = counted(data.from.length, "edge", "edges");
    scene.setAttribute("aria-label", `Graph of ${counted(this.rows.length, "node", "nodes")} and ${edges}`);
    new Gestures(scene, this);
    new ResizeObserver(() => this.resize()).observe(byId("stage"));
    for (const { listeners } of [filters, colours]) listeners.push(() => this.change());
    this.resize();
    this.arrange();
  }
  change() {
    this.painter.sort();
    this.repaint();
  }
  resize() {
    this.painter.resize();
    if (!this.camera.touched) this.camera.fit(this.layout.x, this.layout.y);
    this.repaint();
  }
  // A slice of the layout, then the next one. For those who want no motion only its end is painted.
  arrange() {
    this.layout.run(SLICE_MS);
    const due = performance.now() > this.paintedAt + PAINT_PAUSE * this.rows.length && !this.still.matches;
    if (due || this.layout.done) {
      if (!this.camera.touched) this.camera.fit(this.layout.x, this.layout.y);
      this.repaint();
    }
    if (!this.layout.done) setTimeout(() => this.arrange());
  }
  repaint() {
    this.stale = true;
    this.repaintOverlay();
  }
  repaintOverlay() {
    this.frame ??= requestAnimationFrame(() => this.tick());
  }
  tick() {
    this.frame = null;
    if (this.stale) {
      this.painter.paint();
      this.paintedAt = performance.now();
      this.note();
    }
    this.painter.paintOverlay(this.selected, this.hovered);
    this.stale = false;
    document.documentElement.dataset.layout = this.layout.done ? "settled" : "moving";
  }
  note() {
    const { painted, candidates } = this.painter;
    const parts = [];
    const passing = this.rows.reduce((sum, row) => sum + this.filters.pass[row.place], 0);
    if (passing < this.rows.length) parts.push(`${count(passing)} of ${counted(this.rows.length, "node", "nodes")}`);
    if (!this.layout.done) parts.push("arranging");
    else if (painted < candidates) {
      parts.push(`${count(painted)} of ${count(candidates)} edges drawn; a selected node shows all its own`);
    }
    const words = this.rows.length === 0 ? "No node proved an id" : parts.join(" \u00b7 ");
    if (byId("graph-note").textContent !== words) byId("graph-note").textContent = words;
  }

  hover(at) {
    const found = at === null ? -1 : this.painter.nearest(at);
    if (found !== this.hovered) {
      this.hovered = found;
      this.repaintOverlay();
    }
    const tip = byId("hover");
    tip.hidden = found < 0;
    if (found < 0) return;
    const row = this.rows[found];
    tip.textContent = [row.label, row.endpoint, milliseconds(row.rtt)].join("  ");
    tip.style.left = `${Math.min(this.painter.screenX(found) + 14, this.camera.width - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.max(4, this.painter.screenY(found) - 34)}px`;
  }
  click(at) {
    const found = this.painter.nearest(at);
    this.onSelect(found < 0 ? null : this.rows[found]);
  }
  select(row) {
    this.onSelect(row);
  }
  // The selection, decided elsewhere: a row or null; `covered` pixels of the stage show its details.
  show(row, covered) {
    this.camera.covered = covered;
    if (!this.camera.touched) this.fit();
    this.selected = row && row.id ? this.painter.numberOf[row.place] : -1;
    byId("scene").classList.toggle("dim", this.selected >= 0);
    this.repaintOverlay();
  }
  pan(dx, dy) {
    this.camera.pan(dx, dy);
    this.repaint();
  }
  zoom(factor, x, y) {
    this.camera.zoom(factor, x, y);
    this.repaint();
  }
  fit() {
    this.camera.fit(this.layout.x, this.layout.y);
    this.repaint();
  }
}
