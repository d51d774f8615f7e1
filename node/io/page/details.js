// SPDX-License-Identifier: MIT
//
// Details: why a peer is where it is, as /v1/peers/ID/explain says it (docs/api.md).

class Details {
  constructor(place, onClose) {
    Object.assign(this, { place, onClose, id: null });
  }
  async show(id) {
    this.id = id;
    this.place.hidden = id === null;
    if (id === null) return;
    try {
      const why = await ask(`v1/peers/${id}/explain`);
      if (this.id === id) this.draw(why);
    } catch (error) {
      if (this.id === id) this.frame(id.slice(0, 12), el("p", { class: "quiet" }, `${error.message}`));
    }
  }
  frame(title, ...what) {
    const close = button("\u00d7", { class: "close", "aria-label": "Close" }, () => this.onClose());
    this.place.replaceChildren(close, el("h2", {}, title), ...what);
  }
  draw(why) {
    const { peer, group, view, channel, speaker, heard_from: heard } = why;
    const list = el("dl");
    const add = (term, value) => value && list.append(el("dt", {}, term), el("dd", {}, value));
    add("Node id", peer.node_id);
    add("Endpoint", peer.endpoint);
    add("State", `${peer.state}${peer.reachable ? ", reachable" : ""}`);
    add("Heard from", heard ? heard.node_id || `${heard.prefix}\u2026` : "nobody: it dialled us or was preconfigured");
    add("Verified", why.last_verified ? `${ago(why.last_verified)} ago` : "never by us");
    add("Address group", group && `${group.name}, ${counted(group.table_peers, "peer", "peers")} of the table`);
    add("View", this.sayView(view));
    add("Channel", channel ? `open for ${ago(channel.opened_at)}, last heard ${ago(channel.last_heard)} ago` +
      (channel.inbound ? ", it dialled us" : "") : "none");
    add("Its word", speaker && `${count(speaker.proved)} proved, ${count(speaker.failed)} failed: ${speaker.influence}`);
    add("First seen", peer.first_seen && `${ago(peer.first_seen)} ago`);
    add("Last error", peer.last_error && peer.last_error.replaceAll("_", " "));
    add("Next retry", peer.next_retry);
    for (const [key, value] of Object.entries(peer.attributes || {})) add(key, `${value}`);
    this.frame(text(peer.name) || peer.node_id.slice(0, 12), list);
  }
  sayView(view) {
    if (!view) return "";
    if (!view.chosen) return "not chosen";
    if (!view.slots_choose) return `chosen: all of ${count(view.verified_peers)} verified peers are`;
    return `holds ${counted(view.slots.length, "slot", "slots")} of ${count(view.slots_in_all)}`;
  }
}
