// SPDX-License-Identifier: MIT
//
// Quadtree: points on a plane, and the sum of what they push a place away with. A cell that looks small from there
// pushes as one point at its centre of mass (Barnes and Hut, Nature 324, 1986). Cells are numbers in flat arrays, used
// again for each build.

const DEEPEST = 20; // points closer than 2^-20 of the plane share a cell
const SMALL_SQUARED = 1.44; // a cell is small when its width is below 1.2 of its distance

class Quadtree {
  constructor(points) {
    const cells = 64 + points * 4;
    this.child = new Int32Array(cells * 4); // 0: none; > 0: a cell; < 0: the point ~value
    this.mass = new Float64Array(cells);
    this.x = new Float64Array(cells);
    this.y = new Float64Array(cells);
    this.stack = new Int32Array(4 * (DEEPEST + 2));
    this.widths = new Float64Array(4 * (DEEPEST + 2));
  }
  build(xs, ys) {
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let point = 0; point < xs.length; point++) {
      left = Math.min(left, xs[point]);
      right = Math.max(right, xs[point]);
      top = Math.min(top, ys[point]);
      bottom = Math.max(bottom, ys[point]);
    }
    this.width = Math.max(right - left, bottom - top, 1e-6) * 1.001;
    this.cells = 0;
    this.add();
    for (let point = 0; point < xs.length; point++) this.insert(point, xs, ys, left, top);
    for (let cell = 0; cell < this.cells; cell++) {
      this.x[cell] /= this.mass[cell];
      this.y[cell] /= this.mass[cell];
    }
  }
  add() {
    if (this.cells === this.mass.length) this.grow();
    const cell = this.cells++;
    this.child.fill(0, cell * 4, cell * 4 + 4);
    this.mass[cell] = this.x[cell] = this.y[cell] = 0;
    return cell;
  }
  grow() {
    for (const name of ["child", "mass", "x", "y"]) {
      const bigger = new this[name].constructor(this[name].length * 2);
      bigger.set(this[name]);
      this[name] = bigger;
    }
  }
  // Down from the root, counting the point into each cell on its way; where it meets another point, both go deeper.
  insert(point, xs, ys, left, top) {
    const x = xs[point];
    const y = ys[point];
    let cell = 0;
    let half = this.width / 2;
    for (let depth = 0; ; depth++, half /= 2) {
      this.count(cell, x, y);
      if (depth === DEEPEST) return;
      const isRight = x >= left + half;
      const isBelow = y >= top + half;
      const slot = cell * 4 + (isRight ? 1 : 0) + (isBelow ? 2 : 0);
      if (isRight) left += half;
      if (isBelow) top += half;
      const found = this.child[slot];
      if (found === 0) {
        this.child[slot] = ~point;
        return;
      }
      if (found < 0) {
        const next = this.add();
        this.child[slot] = next;
        this.settle(next, ~found, xs, ys, left, top, half, depth + 1);
      }
      cell = this.child[slot];
    }
  }
  // The point that was in the slot of a new cell moves into that cell.
  settle(cell, point, xs, ys, left, top, width, depth) {
    this.count(cell, xs[point], ys[point]);
    if (depth === DEEPEST) return;
    const slot = (xs[point] >= left + width / 2 ? 1 : 0) + (ys[point] >= top + width / 2 ? 2 : 0);
    this.child[cell * 4 + slot] = ~point;
  }
  count(cell, x, y) {
    this.mass[cell]++;
    this.x[cell] += x;
    this.y[cell] += y;
  }
  // Adds to speeds of `point` what all others push it with: strength / distance, away from them.
  push(point, xs, ys, speedX, speedY, strength) {
    const { child, mass, stack, widths, x: middleX, y: middleY } = this;
    const x = xs[point];
    const y = ys[point];
    const narrowest = this.width * 2 ** -DEEPEST;
    let pushX = 0;
    let pushY = 0;
    let depth = 1;
    stack[0] = 0;
    widths[0] = this.width;
    while (depth > 0) {
      const entry = stack[--depth];
      if (entry === ~point) continue;
      const width = widths[depth];
      const isCell = entry >= 0;
      const dx = x - (isCell ? middleX[entry] : xs[~entry]);
      const dy = y - (isCell ? middleY[entry] : ys[~entry]);
      const squared = dx * dx + dy * dy;
      if (isCell && width * width > SMALL_SQUARED * squared && width > narrowest) {
        for (let slot = entry * 4; slot < entry * 4 + 4; slot++) {
          if (child[slot] === 0) continue;
          widths[depth] = width / 2;
          stack[depth++] = child[slot];
        }
      } else {
        const share = (isCell ? mass[entry] : 1) / (squared < 1 ? 1 : squared);
        pushX += dx * share;
        pushY += dy * share;
      }
    }
    speedX[point] += pushX * strength;
    speedY[point] += pushY * strength;
  }
}
