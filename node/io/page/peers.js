// SPDX-License-Identifier: MIT
//
// Asking the node, and what it says of its peers as rows. The node is asked while the page is seen: for its status and
// its view every few seconds and soon after an event; for all that it knows, which may be megabytes, less often.

const STATUS_EVERY = 2000; // milliseconds
const VIEW_EVERY = 3000;
const ALL_EVERY = 15000;
const AFTER_EVENT = 250;
const PATIENCE = 5000; // for one answer

async function ask(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(PATIENCE) });
  const body = await answer.json();
  if (!answer.ok && !("status" in body)) throw new Error(body.error || `${path}: ${answer.status}`);
  return body;
}

const text = (value) => (typeof value === "string" ? value : "");

// How long ago, in the largest unit that fits.
function ago(at) {
  if (!at) return UNKNOWN;
  const seconds = Math.max(0, (Date.now() - new Date(at)) / 1000);
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60]]) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${Math.floor(seconds)} s`;
}

class PeerRow {
  constructor(peer) {
    Object.assign(this, peer);
    this.shortId = text(peer.node_id).slice(0, 12);
    this.label = text(peer.name) || this.shortId;
    this.attributes = peer.attributes || {};
  }
  get kind() {
    if (this.state === "active") return this.reachable ? "good" : "";
    return this.state === "retry" || this.state === "refused" ? "warn" : "";
  }
  get words() {
    const said = Object.entries(this.attributes).map(([key, value]) => `${key}=${value}`);
    return [this.node_id, this.name, this.endpoint, this.state, this.role, this.software, ...said].join("\n")
      .toLowerCase();
  }
}

// Calls `act` every so many milliseconds while the page is seen, and soon after hurry(). Never twice at once.
class Repeat {
  constructor(act, every) {
    Object.assign(this, { act, every, timer: 0, busy: false, hurried: false });
    document.addEventListener("visibilitychange", () => !document.hidden && this.run());
    this.run();
  }
  async run() {
    clearTimeout(this.timer);
    this.hurried = this.busy;
    if (this.busy) return;
    this.busy = true;
    await this.act();
    this.busy = false;
    const wait = this.hurried ? AFTER_EVENT : this.every();
    if (!document.hidden) this.timer = setTimeout(() => this.run(), wait);
  }
  // Many at once are one: what hurries already is not put off.
  hurry() {
    if (this.hurried) return;
    this.hurried = true;
    clearTimeout(this.timer);
    if (!this.busy) this.timer = setTimeout(() => this.run(), AFTER_EVENT);
  }
}
