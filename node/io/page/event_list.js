// SPDX-License-Identifier: MIT
//
// EventList: what happens to the peers, newest first, from the node's event stream. The browser reconnects by itself
// and says how far it came; what was lost meanwhile is said as a gap.

const MOST_EVENTS = 200;
const KINDS = { peer_active: "good", peer_verified: "good", peer_stale: "warn", peer_banned: "warn",
  bootstrap_failed: "warn", duplicate_identity: "warn", gap: "warn" };
const NAMES = ["peer_verified", "peer_active", "peer_stale", "peer_left", "peer_evicted", "peer_banned", "peer_updated",
  "duplicate_identity", "bootstrap_failed", "self_endpoint", "gap"];

class EventList {
  constructor(onEvent) {
    this.onEvent = onEvent;
    this.list = byId("log");
    this.said = byId("stream");
    const stream = new EventSource("v1/events?after=0");
    stream.addEventListener("open", () => (this.said.textContent = "live"));
    stream.addEventListener("error", () => (this.said.textContent = "disconnected; trying again"));
    for (const name of NAMES) stream.addEventListener(name, (event) => this.add(JSON.parse(event.data)));
  }
  add(event) {
    const at = event.time ? new Date(event.time) : new Date();
    const lost = isNumber(event.lost) ? counted(event.lost, "event is", "events are") : "some events are";
    const about = event.event === "gap" ? `${lost} lost`
      : [text(event.node_id).slice(0, 12), text(event.endpoint), text(event.detail)].filter(Boolean).join("  ");
    this.list.prepend(el("li", {},
      el("time", { datetime: at.toISOString(), title: at.toISOString() }, at.toTimeString().slice(0, 8)),
      el("span", { class: KINDS[event.event] || null }, text(event.event).replace("peer_", "").replaceAll("_", " ")),
      el("span", { class: "what", title: about }, about)));
    while (this.list.children.length > MOST_EVENTS) this.list.lastChild.remove();
    this.onEvent();
  }
}
