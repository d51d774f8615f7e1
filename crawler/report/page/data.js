// SPDX-License-Identifier: MIT
//
// MapData: the embedded map as rows (one for each node, and for each endpoint that never proved an id) and edges.
// Rows keep the order of the map's "nodes", so a row's place is what an edge names.

const text = (value) => (typeof value === "string" ? value : "");

class Row {
  constructor(place, node) {
    this.place = place;
    this.id = text(node.node_id) || null;
    this.endpoints = Array.isArray(node.endpoints) ? node.endpoints.map(text) : [];
    this.state = node.reachable ? "reachable" : text(node.reason) || "unknown";
    this.suspect = node.suspect === true;
    this.software = this.id && (text(node.software) || "unknown");
    this.role = this.id && (text(node.role) || "unknown");
    this.name = text(node.name);
    this.attributes = node.attributes && typeof node.attributes === "object" ? node.attributes : {};
    this.rtt = isNumber(node.rtt_ms) ? node.rtt_ms : null;
    this.sampled = node.sampled || 0;
    this.verified = node.sampled_verified || 0;
    this.namedBy = node.named_by || 0;
    this.country = text(node.country) || null;
    this.as = isNumber(node.as) ? node.as : null;
    this.asName = text(node.as_name);
  }
  get endpoint() {
    return this.endpoints[0] || "";
  }
  get shortId() {
    return this.id ? this.id.slice(0, 12) : "";
  }
  // What a person may call it.
  get label() {
    return this.name || this.shortId || this.endpoint;
  }
  // What the search looks in.
  get words() {
    this.searched ??= [this.id, this.name, ...this.endpoints, this.state, this.software, this.role, this.country,
      this.as === null ? "" : `AS${this.as}`, this.asName, this.suspect ? "suspect" : ""].join("\n").toLowerCase();
    return this.searched;
  }
}

// For each of `size` places the places at the other end of its edges, all in one array.
class Neighbours {
  constructor(size, from, to) {
    this.begin = new Uint32Array(size + 1);
    for (const place of from) this.begin[place + 1]++;
    for (let place = 0; place < size; place++) this.begin[place + 1] += this.begin[place];
    const next = this.begin.slice();
    this.places = new Uint32Array(from.length);
    for (let edge = 0; edge < from.length; edge++) this.places[next[from[edge]]++] = to[edge];
  }
  of(place) {
    return this.places.subarray(this.begin[place], this.begin[place + 1]);
  }
}

class MapData {
  constructor(map) {
    this.map = map;
    this.summary = map.summary || {};
    this.rows = map.nodes.map((node, place) => new Row(place, node));
    this.nodes = this.rows.filter((row) => row.id);
    const lists = Array.isArray(map.edges) ? map.edges : [];
    const size = lists.reduce((sum, list) => sum + list.length, 0);
    this.from = new Uint32Array(size);
    this.to = new Uint32Array(size);
    let edge = 0;
    lists.forEach((list, place) => {
      for (const target of list) {
        this.from[edge] = place;
        this.to[edge++] = target;
      }
    });
    this.names = new Neighbours(this.rows.length, this.from, this.to);
    this.namedBy = new Neighbours(this.rows.length, this.to, this.from);
  }
}
