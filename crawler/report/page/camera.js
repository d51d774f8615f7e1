// SPDX-License-Identifier: MIT
//
// Camera: which part of the plane is seen, on a stage of width x height CSS pixels. On a wide stage the plane is drawn
// a little wider than it is: distances between nodes mean nothing that it could falsify.

const MARGIN = 24;
const MOST_ZOOM = 40; // of the scale at which all fits
const MOST_STRETCH = 1.7;

class Camera {
  constructor() {
    Object.assign(this, { width: 1, height: 1, covered: 0 });
    Object.assign(this, { scale: 1, stretch: 1, x: 0, y: 0, fitted: 1, touched: false });
  }
  // All points in view, in the part of the stage that is not covered (pixels at its right).
  fit(xs, ys) {
    let [left, right, top, bottom] = xs.length ? [Infinity, -Infinity, Infinity, -Infinity] : [0, 0, 0, 0];
    for (let point = 0; point < xs.length; point++) {
      left = Math.min(left, xs[point]);
      right = Math.max(right, xs[point]);
      top = Math.min(top, ys[point]);
      bottom = Math.max(bottom, ys[point]);
    }
    const free = Math.max(80, this.width - this.covered);
    const across = (free - 2 * MARGIN) / Math.max(1, right - left);
    const down = (this.height - 2 * MARGIN) / Math.max(1, bottom - top);
    this.stretch = clamp(across / down, 1, MOST_STRETCH);
    this.scale = this.fitted = clamp(Math.min(across / this.stretch, down), 1e-6, 8);
    this.x = free / 2 - ((left + right) / 2) * this.scale * this.stretch;
    this.y = this.height / 2 - ((top + bottom) / 2) * this.scale;
    this.touched = false;
  }
  screenX(x) {
    return x * this.scale * this.stretch + this.x;
  }
  screenY(y) {
    return y * this.scale + this.y;
  }
  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.touched = true;
  }
  // Zooms so that the plane under (x, y) stays there.
  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const scale = clamp(this.scale * factor, this.fitted / 4, this.fitted * MOST_ZOOM);
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.touched = true;
  }
}
