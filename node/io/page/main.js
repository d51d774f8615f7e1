// SPDX-License-Identifier: MIT
//
// The page: its parts, and the one selected peer that they share.

function start() {
  let rows = [];
  let selected = null;
  const show = () => {
    radar.show(rows, selected);
    table.show(rows, selected);
  };
  const select = (id) => {
    selected = id === selected ? null : id;
    byId("events").hidden = selected !== null;
    details.show(selected);
    show();
  };
  const radar = new Radar(byId("sky"), select);
  const table = new PeerTable(byId("table"), select);
  const details = new Details(byId("details"), () => select(null));
  const numbers = new Numbers();
  const all = byId("all");

  const trying = async (act) => {
    try {
      await act();
      byId("notice").hidden = true;
    } catch (error) {
      byId("notice").hidden = false;
      byId("notice").textContent = `The node does not answer (${error.message}). Trying again.`;
      byId("state").hidden = true;
    }
  };
  const peers = new Repeat(() => trying(async () => {
    const answer = await ask(all.checked ? "v1/peers" : "v1/peers?in_view=true");
    rows = answer.peers.map((peer) => new PeerRow(peer));
    show();
    document.documentElement.dataset.ready = "yes";
  }), () => (all.checked ? ALL_EVERY : VIEW_EVERY));
  new Repeat(() => trying(async () => {
    const [status, ready] = await Promise.all([ask("v1/status"), ask("readyz")]);
    numbers.show(status, ready, rows.map((row) => row.rtt_ms));
  }), () => STATUS_EVERY);
  new EventList(() => !all.checked && peers.hurry());
  all.addEventListener("change", () => peers.run());
  byId("search").addEventListener("input", (event) => table.search(event.target.value));
  document.addEventListener("keydown", (event) => event.key === "Escape" && selected !== null && select(null));
  theme(() => {});
}

start();
