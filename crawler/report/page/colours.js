// SPDX-License-Identifier: MIT
//
// Colours: what a node of the graph is painted with. The style sheet owns all colours, for light and for dark; here
// they are chosen by name, and resolved for the canvas.

const CATEGORIES = 7; // --c0 to --c6; the rest share --muted

class Colours {
  constructor(filters) {
    const facetOf = (key) => filters.all.find((facet) => facet.key === key);
    this.choices = ["state", "role", "version", "country", "as", "rtt"].map(facetOf)
      .filter((facet) => facet.key === "state" || facet.divides);
    this.by = this.choices[0];
    this.probe = el("i", { hidden: true });
    document.body.append(this.probe);
    this.listeners = [];
  }
  choose(key) {
    this.by = this.choices.find((facet) => facet.key === key) || this.by;
    for (const listener of this.listeners) listener();
  }
  // As CSS, or null when the graph is not coloured by this facet.
  ofValue(facet, code) {
    if (facet.key === "samples" && facet.values[code].name === "suspect" && this.byState) return "var(--warn)";
    return facet === this.by ? this.css(code) : null;
  }
  get byState() {
    return this.by.key === "state";
  }
  css(code) {
    if (code < 0) return "var(--muted)";
    if (this.byState) return this.by.values[code].name === "reachable" ? "var(--accent)" : "var(--muted)";
    if (this.by.key !== "rtt") return code < CATEGORIES ? `var(--c${code})` : "var(--muted)";
    const share = (100 * code) / Math.max(1, this.by.values.length - 1);
    return `color-mix(in oklab, var(--near), var(--far) ${share}%)`;
  }
  ofRow(row) {
    return this.byState && row.suspect ? "var(--warn)" : this.css(this.by.codes[row.place]);
  }
  // For a canvas, in the present light or dark.
  resolve(css) {
    this.probe.style.color = css;
    return getComputedStyle(this.probe).color;
  }
}
