// SPDX-License-Identifier: MIT
//
// Painter: the graph on two canvases: the scene, and over it what the pointer and the selection point at, so that
// moving the pointer does not paint ten thousand nodes again. Nodes are numbers here: places in data.nodes.

const MOST_EDGES = 6000; // painted at a time; a selected node shows all of its own
const MOST_EDGES_IN_MOTION = 1500;
const LABELS = 70; // nodes in view that still get their names
const REACH = 14; // pixels from a node that still mean it
const GHOST = "var(--ghost)"; // of a node that the filters leave out

class Painter {
  constructor(data, filters, colours) {
    Object.assign(this, { data, filters, colours });
    this.rows = data.nodes;
    this.numberOf = new Int32Array(data.rows.length).fill(-1); // by place
    this.rows.forEach((row, number) => (this.numberOf[row.place] = number));
    this.from = data.from.map((place) => this.numberOf[place]);
    this.to = data.to.map((place) => this.numberOf[place]);
    this.layout = new Layout(this.rows.length, this.from, this.to);
    this.camera = new Camera();
    this.sizes = this.sizesByFame();
    this.scene = byId("scene");
    this.overlay = byId("overlay");
    this.sort();
  }
  // Nodes that many others name are a little larger.
  sizesByFame() {
    const mean = this.rows.reduce((sum, row) => sum + row.namedBy, 0) / Math.max(1, this.rows.length) || 1;
    return Float64Array.from(this.rows, (row) => clamp(Math.sqrt(row.namedBy / mean), 0.6, 1.6));
  }

  // What is to be painted and how, when filters or colours changed.
  sort() {
    const { pass } = this.filters;
    const rank = ([css, numbers]) => (css === GHOST ? Infinity : numbers.length);
    const cssOf = (row) => (pass[row.place] ? this.colours.ofRow(row) : GHOST);
    this.groups = [...this.byColour(this.rows.keys(), cssOf)].sort((a, b) => rank(b) - rank(a)); // the rarest on top
    this.edges = [];
    for (let edge = 0; edge < this.from.length; edge++) {
      if (pass[this.data.from[edge]] && pass[this.data.to[edge]]) this.edges.push(edge);
    }
  }
  // Colours as CSS, each with the numbers of its nodes: a colour is painted at a time.
  byColour(numbers, cssOf) {
    const groups = new Map();
    for (const number of numbers) {
      const css = cssOf(this.rows[number]);
      if (!groups.has(css)) groups.set(css, []);
      groups.get(css).push(number);
    }
    return groups;
  }
  resize() {
    const box = byId("stage").getBoundingClientRect();
    const ratio = devicePixelRatio || 1;
    for (const canvas of [this.scene, this.overlay]) {
      canvas.width = Math.max(1, Math.round(box.width * ratio));
      canvas.height = Math.max(1, Math.round(box.height * ratio));
    }
    Object.assign(this.camera, { width: box.width, height: box.height });
  }
  pen(canvas) {
    const pen = canvas.getContext("2d");
    const ratio = devicePixelRatio || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.camera.width, this.camera.height);
    return pen;
  }
  screenX(number) {
    return this.camera.screenX(this.layout.x[number]);
  }
  screenY(number) {
    return this.camera.screenY(this.layout.y[number]);
  }
  radius(number) {
    const { scale, fitted } = this.camera;
    const plain = clamp(75 / Math.sqrt(this.rows.length), 1.5, 8);
    return this.sizes[number] * plain * Math.sqrt(clamp(scale / fitted, 0.5, 12));
  }
  inView(number, slack = 10) {
    const [x, y] = [this.screenX(number), this.screenY(number)];
    return x > -slack && y > -slack && x < this.camera.width + slack && y < this.camera.height + slack;
  }

  paint() {
    const pen = this.pen(this.scene);
    this.paintEdges(pen);
    for (const [css, numbers] of this.groups) this.dots(pen, numbers, this.colours.resolve(css));
    if (this.layout.done) this.labels(pen);
  }
  // When zoomed in, those that touch a node in view: the others would only cross the picture.
  edgesInView() {
    if (this.camera.scale <= this.camera.fitted) return this.edges;
    const seen = Uint8Array.from(this.rows.keys(), (number) => (this.inView(number, 0) ? 1 : 0));
    return this.edges.filter((edge) => seen[this.from[edge]] || seen[this.to[edge]]);
  }
  paintEdges(pen) {
    const edges = this.edgesInView();
    this.candidates = edges.length;
    this.painted = Math.min(this.layout.done ? MOST_EDGES : MOST_EDGES_IN_MOTION, edges.length);
    pen.strokeStyle = this.colours.resolve("var(--edge)");
    pen.globalAlpha = clamp(5 / Math.sqrt(this.painted), 0.06, 0.5);
    pen.lineWidth = 1;
    pen.beginPath();
    for (let nth = 0; nth < this.painted; nth++) {
      const edge = edges[Math.floor((nth * edges.length) / this.painted)];
      this.line(pen, this.from[edge], this.to[edge]);
    }
    pen.stroke();
    pen.globalAlpha = 1;
  }
  line(pen, a, b) {
    pen.moveTo(this.screenX(a), this.screenY(a));
    pen.lineTo(this.screenX(b), this.screenY(b));
  }
  dots(pen, numbers, colour) {
    pen.fillStyle = colour;
    pen.beginPath();
    for (const number of numbers) {
      if (!this.inView(number)) continue;
      const radius = this.radius(number);
      const [x, y] = [this.screenX(number), this.screenY(number)];
      pen.moveTo(x + radius, y);
      pen.arc(x, y, radius, 0, 2 * Math.PI);
    }
    pen.fill();
  }
  labels(pen) {
    const shown = [];
    for (let number = 0; number < this.rows.length && shown.length <= LABELS; number++) {
      if (this.filters.pass[this.rows[number].place] && this.inView(number, 0)) shown.push(number);
    }
    if (shown.length > LABELS) return;
    pen.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    pen.textBaseline = "middle";
    for (const number of shown) this.label(pen, number, "var(--quiet)");
  }
  label(pen, number, css) {
    const words = this.rows[number].label.slice(0, 28);
    const [x, y] = [this.screenX(number) + this.radius(number) + 4, this.screenY(number)];
    pen.lineJoin = "round";
    pen.lineWidth = 3;
    pen.strokeStyle = this.colours.resolve("var(--raised)");
    pen.strokeText(words, x, y);
    pen.fillStyle = this.colours.resolve(css);
    pen.fillText(words, x, y);
  }

  // Numbers of the selected and the hovered node, or -1.
  paintOverlay(selected, hovered) {
    const pen = this.pen(this.overlay);
    if (selected >= 0) this.paintSelection(pen, selected);
    if (hovered >= 0) this.ring(pen, hovered);
  }
  paintSelection(pen, selected) {
    const { place } = this.rows[selected];
    const numbers = (places) => Array.from(places, (other) => this.numberOf[other]);
    const [named, namers] = [numbers(this.data.names.of(place)), numbers(this.data.namedBy.of(place))];
    this.star(pen, selected, namers, "var(--muted)");
    this.star(pen, selected, named, "var(--accent)");
    const groups = this.byColour([...namers, ...named, selected], (row) => this.colours.ofRow(row));
    for (const [css, group] of groups) this.dots(pen, group, this.colours.resolve(css));
    this.ring(pen, selected);
    pen.font = `600 12px ${getComputedStyle(document.body).fontFamily}`;
    pen.textBaseline = "middle";
    this.label(pen, selected, "var(--ink)");
  }
  star(pen, middle, numbers, css) {
    pen.strokeStyle = this.colours.resolve(css);
    pen.globalAlpha = clamp(6 / Math.sqrt(numbers.length), 0.2, 0.8);
    pen.lineWidth = 1;
    pen.beginPath();
    for (const number of numbers) this.line(pen, middle, number);
    pen.stroke();
    pen.globalAlpha = 1;
  }
  ring(pen, number) {
    pen.strokeStyle = this.colours.resolve("var(--ink)");
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(this.screenX(number), this.screenY(number), this.radius(number) + 3, 0, 2 * Math.PI);
    pen.stroke();
  }

  // The node at a point of the screen, or -1.
  nearest(at) {
    let [best, reach] = [-1, REACH * REACH];
    for (let number = 0; number < this.rows.length; number++) {
      if (!this.filters.pass[this.rows[number].place]) continue;
      const squared = (this.screenX(number) - at.x) ** 2 + (this.screenY(number) - at.y) ** 2;
      if (squared < reach) [best, reach] = [number, squared];
    }
    return best;
  }
}
