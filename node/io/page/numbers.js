// SPDX-License-Identifier: MIT
//
// Numbers: the status of the node, and rates from its counters.

// Counters of two answers as a rate a second; null before the second.
class Rate {
  next(value, now) {
    const { value: before, at } = this;
    Object.assign(this, { value, at: now });
    return isNumber(before) && value >= before && now > at ? (1000 * (value - before)) / (now - at) : null;
  }
}

const bytes = (value) => {
  if (!isNumber(value)) return UNKNOWN;
  for (const [unit, size] of [["MB", 1e6], ["kB", 1e3]]) {
    if (value >= size) return `${(value / size).toFixed(1)} ${unit}`;
  }
  return `${Math.round(value)} B`;
};

class Numbers {
  constructor() {
    this.rates = { datagrams_received: new Rate(), bytes_received: new Rate(), datagrams_sent: new Rate(),
      bytes_sent: new Rate() };
  }
  show(status, ready, rtts) {
    const now = performance.now();
    const rate = (name) => this.rates[name].next(status.counters?.[name], now);
    const [got, gotBytes, sent, sentBytes] = Object.keys(this.rates).map(rate);
    const sorted = rtts.filter(isNumber).sort((a, b) => a - b);
    const at = (share) => (sorted.length ? sorted[Math.floor(share * (sorted.length - 1))] : null);
    const weight = [status.online_weight, status.online_weight_minimum];
    byId("numbers").replaceChildren(
      figure("View", count(status.view), "peers it chose"),
      figure("Table", count(status.table), "verified peers"),
      figure("Heard", count(status.heard), "not verified yet"),
      figure("Channels", count(status.channels), counted(status.dialling, "dial", "dials")),
      figure("Online weight", count(weight[0]), `bootstrap below ${count(weight[1])}`),
      figure("Round trip", milliseconds(at(0.5)), sorted.length ? `p90 ${milliseconds(at(0.9))}` : ""),
      figure("Received", `${count(got)}/s`, `${bytes(gotBytes)}/s`),
      figure("Sent", `${count(sent)}/s`, `${bytes(sentBytes)}/s`),
    );
    this.head(status, ready);
  }
  head(status, ready) {
    const id = text(status.node_id);
    document.title = `${text(status.network)}: node ${id.slice(0, 12)}`;
    byId("network").textContent = text(status.network);
    byId("about").textContent = [`node ${id.slice(0, 16)}\u2026`, text(status.listen?.[0]), text(status.software),
      `up ${ago(status.started_at)}`, status.closed ? "closed network" : "",
      status.bans ? counted(status.bans, "ban", "bans") : ""].filter(Boolean).join(" \u00b7 ");
    byId("about").title = id;
    const badge = byId("state");
    badge.hidden = false;
    badge.textContent = ready.status;
    badge.title = text(ready.reason);
    badge.className = `badge ${ready.status === "ready" ? "good" : "warn"}`;
  }
}
