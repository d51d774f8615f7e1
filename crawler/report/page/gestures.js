// SPDX-License-Identifier: MIT
//
// Gestures: pointer, wheel and keys on the graph's canvas, as calls on the graph. A wheel turns the page until the
// canvas has the focus (a click gives it), so that nobody is caught in the graph while scrolling; a pinch always zooms.

const CLICK_SLACK = 4; // pixels that a click may move

class Gestures {
  constructor(canvas, graph) {
    this.canvas = canvas;
    this.graph = graph;
    this.pointers = new Map(); // id to {x, y}
    this.travelled = 0;
    const on = (name, handler, options) => canvas.addEventListener(name, (event) => handler.call(this, event), options);
    on("pointerdown", this.down);
    on("pointermove", this.move);
    on("pointerup", this.up);
    on("pointercancel", this.up);
    on("pointerleave", () => graph.hover(null));
    on("wheel", this.wheel, { passive: false });
    on("keydown", this.key);
  }
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
  down(event) {
    if (event.button !== 0) return;
    if (this.pointers.size === 0) this.travelled = 0;
    this.pointers.set(event.pointerId, this.at(event));
    this.canvas.setPointerCapture(event.pointerId);
  }
  move(event) {
    const now = this.at(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      this.graph.hover(now);
      return;
    }
    this.travelled += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, now);
    if (this.travelled <= CLICK_SLACK) return;
    if (other) {
      const spread = (a, b) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
      this.graph.zoom(spread(now, other) / spread(before, other), (now.x + other.x) / 2, (now.y + other.y) / 2);
    }
    const share = other ? 0.5 : 1; // each of two fingers moves half of the middle
    this.graph.pan((now.x - before.x) * share, (now.y - before.y) * share);
  }
  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (event.type === "pointerup" && this.travelled <= CLICK_SLACK) this.graph.click(this.at(event));
  }
  wheel(event) {
    if (!event.ctrlKey && document.activeElement !== this.canvas) return;
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * 20;
    const { x, y } = this.at(event);
    this.graph.zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.002)), x, y);
  }
  key(event) {
    const { graph } = this;
    const step = 40;
    const does = {
      ArrowLeft: () => graph.pan(step, 0), ArrowRight: () => graph.pan(-step, 0),
      ArrowUp: () => graph.pan(0, step), ArrowDown: () => graph.pan(0, -step),
      "+": () => graph.zoom(1.25), "=": () => graph.zoom(1.25), "-": () => graph.zoom(0.8),
      0: () => graph.fit(), Escape: () => graph.select(null),
    }[event.key];
    if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    does();
  }
}
