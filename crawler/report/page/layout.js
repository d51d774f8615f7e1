// SPDX-License-Identifier: MIT
//
// Layout: where the nodes of the graph stand. All push each other away (quadtree.js), some edges pull like springs, and
// a weak pull to the middle holds what is not connected. It starts on a spiral and uses no chance, so the same map
// always gives the same picture. It cools down over a fixed number of rounds, with the constants of d3-force.

const ROUNDS_OF_FEW = 300; // for up to 2,000 nodes
const ROUNDS_OF_MANY = 120;
const FEW = 2000;
const SPRINGS_PER_NODE = 8; // Guess: more make a gossip network no more legible, only slower
const SPRING_LENGTH = 30;
const CHARGE = 30;
const MIDDLE = 0.06;
const FRICTION = 0.6; // of its speed that a node keeps in a round
const SLICE = 256; // nodes between two looks at the clock

class Layout {
  // Edges by the numbers 0 to size - 1 of their ends.
  constructor(size, from, to) {
    this.size = size;
    this.x = new Float64Array(size);
    this.y = new Float64Array(size);
    this.speedX = new Float64Array(size);
    this.speedY = new Float64Array(size);
    for (let node = 0; node < size; node++) {
      const [radius, angle] = [10 * Math.sqrt(0.5 + node), node * Math.PI * (3 - Math.sqrt(5))];
      this.x[node] = radius * Math.cos(angle);
      this.y[node] = radius * Math.sin(angle);
    }
    this.chooseSprings(from, to);
    this.tree = new Quadtree(size);
    this.rounds = size <= FEW ? ROUNDS_OF_FEW : ROUNDS_OF_MANY;
    this.work = this.allRounds();
    this.done = size < 2;
  }
  // At most SPRINGS_PER_NODE for each node on average, evenly from all edges.
  chooseSprings(from, to) {
    const wanted = this.size <= 200 ? from.length : Math.min(from.length, this.size * SPRINGS_PER_NODE);
    this.springs = Uint32Array.from({ length: wanted }, (_, spring) => Math.floor((spring * from.length) / wanted));
    this.from = this.springs.map((edge) => from[edge]);
    this.to = this.springs.map((edge) => to[edge]);
    this.degree = new Uint32Array(this.size);
    for (const node of this.from) this.degree[node]++;
    for (const node of this.to) this.degree[node]++;
  }
  // Works for about so many milliseconds. Where it is interrupted does not change where it ends.
  run(forMs) {
    const end = performance.now() + forMs;
    while (!this.done && performance.now() < end) this.done = this.work.next().done;
  }
  *allRounds() {
    const cooling = 1 - 0.001 ** (1 / this.rounds);
    let heat = 1;
    for (let round = 0; round < this.rounds; round++) {
      heat -= heat * cooling;
      this.pull(heat);
      yield;
      this.tree.build(this.x, this.y);
      yield;
      for (let node = 0; node < this.size; node++) {
        this.tree.push(node, this.x, this.y, this.speedX, this.speedY, CHARGE * heat);
        if (node % SLICE === SLICE - 1) yield;
      }
      this.move(heat);
    }
  }
  pull(heat) {
    const { x, y, speedX, speedY, degree } = this;
    for (let spring = 0; spring < this.from.length; spring++) {
      const [a, b] = [this.from[spring], this.to[spring]];
      const dx = x[b] + speedX[b] - x[a] - speedX[a] || 1e-3;
      const dy = y[b] + speedY[b] - y[a] - speedY[a] || 1e-3;
      const distance = Math.sqrt(dx * dx + dy * dy);
      const force = ((distance - SPRING_LENGTH) / distance) * (heat / Math.min(degree[a], degree[b]));
      const shareOfB = degree[a] / (degree[a] + degree[b]); // who has few edges moves most
      speedX[b] -= dx * force * shareOfB;
      speedY[b] -= dy * force * shareOfB;
      speedX[a] += dx * force * (1 - shareOfB);
      speedY[a] += dy * force * (1 - shareOfB);
    }
  }
  move(heat) {
    for (let node = 0; node < this.size; node++) {
      this.speedX[node] = (this.speedX[node] - this.x[node] * MIDDLE * heat) * FRICTION;
      this.speedY[node] = (this.speedY[node] - this.y[node] * MIDDLE * heat) * FRICTION;
      this.x[node] += this.speedX[node];
      this.y[node] += this.speedY[node];
    }
  }
}
