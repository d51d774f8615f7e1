// SPDX-License-Identifier: MIT
//
// Filters: which rows pass. A facet gives a row one of a few values, or null when the question does not arise for it.
// Within a facet any chosen value will do; facets, and the words searched for, must all agree.

const RTT_STEPS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000]; // milliseconds

function rttRange(rtt) {
  if (rtt === null) return null;
  const above = RTT_STEPS.findIndex((step) => rtt < step);
  const unit = (ms) => (ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`);
  if (above === 0) return `under ${unit(RTT_STEPS[0])}`;
  if (above < 0) return `${unit(RTT_STEPS.at(-1))} and more`;
  return `${unit(RTT_STEPS[above - 1])} \u2013 ${unit(RTT_STEPS[above])}`;
}

const REGIONS = new Intl.DisplayNames(["en"], { type: "region" });
function countryName(code) {
  try {
    return `${REGIONS.of(code)}`;
  } catch {
    return `${code}`; // not a code of the standard
  }
}

const FACETS = [
  { key: "state", title: "State", always: true, of: (row) => row.state },
  { key: "samples", title: "Samples", of: (row) => row.id && (row.suspect ? "suspect" : "not suspect") },
  { key: "version", title: "Version", always: true, of: (row) => row.software },
  { key: "role", title: "Role", always: true, of: (row) => row.role },
  { key: "rtt", title: "Round trip", of: (row) => rttRange(row.rtt), rank: (row) => row.rtt },
  { key: "country", title: "Country", of: (row) => row.country && countryName(row.country) },
  { key: "as", title: "Network (AS)", of: (row) => row.as && `AS${row.as} ${row.asName}`.trim() },
];

class Facet {
  constructor(definition, rows) {
    Object.assign(this, definition);
    const values = new Map(); // name to {name, total, rank}
    for (const row of rows) {
      const name = this.of(row);
      if (name === null) continue;
      const value = values.get(name) || { name, total: 0, rank: Infinity };
      value.total++;
      value.rank = Math.min(value.rank, this.rank ? this.rank(row) : Infinity);
      values.set(name, value);
    }
    const inOrder = (a, b) => a.rank - b.rank || b.total - a.total || (a.name < b.name ? -1 : 1);
    const byTotal = (a, b) => b.total - a.total || (a.name < b.name ? -1 : 1);
    this.values = [...values.values()].sort(this.rank ? inOrder : byTotal);
    const codes = new Map(this.values.map((value, code) => [value.name, code]));
    this.codes = Int32Array.from(rows, (row) => codes.get(this.of(row)) ?? -1);
    this.chosen = new Set(); // codes
    this.shown = new Uint32Array(this.values.length); // rows of each value that pass everything else
  }
  // A question with one answer filters nothing, but how many run which version is worth seeing.
  get shownAlways() {
    return this.always === true && this.values.length > 0;
  }
  get divides() {
    return this.values.length > 1;
  }
  passes(place) {
    return this.chosen.size === 0 || this.chosen.has(this.codes[place]);
  }
}

class Filters {
  constructor(rows) {
    this.rows = rows;
    this.all = FACETS.map((definition) => new Facet(definition, rows));
    this.facets = this.all.filter((facet) => facet.divides || facet.shownAlways);
    this.words = [];
    this.pass = new Uint8Array(rows.length);
    this.listeners = [];
    this.apply();
  }
  get active() {
    return this.words.length > 0 || this.facets.some((facet) => facet.chosen.size > 0);
  }
  search(typed) {
    this.words = typed.toLowerCase().split(/\s+/).filter((word) => word !== "");
    this.apply();
  }
  toggle(facet, code) {
    if (!facet.chosen.delete(code)) facet.chosen.add(code);
    this.apply();
  }
  clear() {
    this.words = [];
    for (const facet of this.facets) facet.chosen.clear();
    this.apply();
  }
  apply() {
    this.passed = 0;
    for (const facet of this.facets) facet.shown.fill(0);
    for (const row of this.rows) this.judge(row);
    for (const listener of this.listeners) listener();
  }
  // A row that fails one facet alone still counts among that facet's values: choosing its value would show it.
  judge(row) {
    const { place } = row;
    this.pass[place] = 0;
    if (this.words.length && !this.words.every((word) => row.words.includes(word))) return;
    const failed = this.facets.filter((facet) => !facet.passes(place));
    if (failed.length > 1) return;
    for (const facet of failed.length ? failed : this.facets) {
      if (facet.codes[place] >= 0) facet.shown[facet.codes[place]]++;
    }
    if (failed.length) return;
    this.pass[place] = 1;
    this.passed++;
  }
}
