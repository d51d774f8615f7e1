// SPDX-License-Identifier: MIT
//
// PeerTable: the peers that pass the search, sorted by a column.

const MOST_ROWS = 1000; // in the document; the search finds the others
const order = new Intl.Collator("en", { numeric: true });

const said = (row) => Object.entries(row.attributes).map(([key, value]) => `${key}=${value}`).join(" ");

// `of` gives what sorts, null for unknown; `text` what is shown, when that differs.
const COLUMNS = [
  { key: "name", title: "Name", of: (row) => row.name || null },
  { key: "id", title: "Node id", of: (row) => row.node_id, text: (row) => row.shortId },
  { key: "endpoint", title: "Endpoint", of: (row) => row.endpoint || null },
  { key: "state", title: "State", of: (row) => row.state },
  { key: "rtt", title: "Round trip", of: (row) => row.rtt_ms, text: (row) => milliseconds(row.rtt_ms), number: true },
  { key: "seen", title: "Last seen", of: (row) => row.last_seen, text: (row) => ago(row.last_seen), number: true },
  { key: "role", title: "Role", of: (row) => row.role || null },
  { key: "version", title: "Version", of: (row) => row.software || null },
  { key: "attributes", title: "Attributes", of: (row) => said(row) || null },
];

class PeerTable {
  constructor(place, onSelect) {
    Object.assign(this, { onSelect, rows: [], words: "", column: COLUMNS[4], descending: false, selected: null });
    this.body = el("tbody");
    this.heads = COLUMNS.map((column) => this.head(column));
    place.append(el("table", { role: "grid" }, el("thead", {}, el("tr", {}, ...this.heads)), this.body));
  }
  head(column) {
    const sort = button(column.title, {}, () => {
      this.descending = this.column === column && !this.descending;
      this.column = column;
      this.draw();
    });
    return el("th", { scope: "col", class: `${column.key}${column.number ? " number" : ""}` }, sort);
  }
  show(rows, selected) {
    this.rows = rows;
    this.selected = selected;
    this.draw();
  }
  search(words) {
    this.words = words.trim().toLowerCase();
    this.draw();
  }
  // Unknown values stand last in either direction.
  compare(a, b) {
    const [left, right] = [this.column.of(a), this.column.of(b)];
    if (left === null || right === null) return (left === null) - (right === null);
    const compared = isNumber(left) && isNumber(right) ? left - right : order.compare(left, right);
    return this.descending ? -compared : compared;
  }
  draw() {
    COLUMNS.forEach((column, nth) => {
      const sorted = column === this.column ? (this.descending ? "descending" : "ascending") : "none";
      this.heads[nth].setAttribute("aria-sort", sorted);
    });
    const passing = this.rows.filter((row) => row.words.includes(this.words)).sort((a, b) => this.compare(a, b));
    const focused = this.body.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    this.body.replaceChildren(...passing.slice(0, MOST_ROWS).map((row) => this.row(row)));
    if (passing.length === 0) this.body.append(el("tr", { class: "none" }, el("td", { colspan: COLUMNS.length },
      this.rows.length ? "No peer passes the search." : "No peer yet.")));
    if (focused) this.body.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    const some = passing.length === this.rows.length ? "" : `${count(passing.length)} of `;
    const cut = passing.length > MOST_ROWS ? `; the first ${count(MOST_ROWS)} are listed` : "";
    byId("list-count").textContent = `${some}${count(this.rows.length)}${cut}`;
  }
  row(row) {
    const cells = COLUMNS.map((column) => {
      const value = column.of(row);
      const shown = value === null ? UNKNOWN : column.text ? column.text(row) : `${value}`;
      const kind = column.key === "state" ? ` ${row.kind}` : "";
      return el("td", { class: `${column.key}${column.number ? " number" : ""}${kind}`, title: shown }, shown);
    });
    const made = el("tr", { tabindex: 0, "data-id": row.node_id, "aria-selected": `${row.node_id === this.selected}` },
      ...cells);
    made.addEventListener("click", () => this.onSelect(row.node_id));
    made.addEventListener("keydown", (event) => event.key === "Enter" && this.onSelect(row.node_id));
    return made;
  }
}
