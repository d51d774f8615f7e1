// SPDX-License-Identifier: MIT
//
// Table: the rows that pass, sorted by a column. Only what is in view is in the document: a spacer stands for what is
// above and another for what is below, so a million rows cost what forty do.

const ROW_HEIGHT = 30; // pixels; the style sheet says the same
const SPARE = 8; // rows beyond either end of the view
const MOST_ROWS = 500000; // as high as browsers let an element be

const order = new Intl.Collator("en", { numeric: true });

function stateOf(row) {
  if (!row.suspect) return row.state;
  return row.state === "reachable" ? "suspect" : `suspect, ${row.state}`;
}

// `of` gives what sorts, null for unknown; `text` what is shown, when that differs.
const COLUMNS = [
  { key: "name", title: "Name", of: (row) => row.name || null },
  { key: "id", title: "Node id", of: (row) => row.id, text: (row) => row.shortId },
  { key: "endpoint", title: "Endpoint", of: (row) => row.endpoint, text: (row) =>
    row.endpoint + (row.endpoints.length > 1 ? ` +${row.endpoints.length - 1}` : "") },
  { key: "state", title: "State", of: (row) => stateOf(row) },
  { key: "role", title: "Role", of: (row) => row.role },
  { key: "version", title: "Version", of: (row) => row.software },
  { key: "rtt", title: "Round trip", of: (row) => row.rtt, text: (row) => milliseconds(row.rtt), number: true },
  { key: "namedby", title: "Named by", of: (row) => (row.id ? row.namedBy : null), number: true },
  { key: "names", title: "Names", of: (row) => (row.id ? row.sampled : null), number: true },
  { key: "verified", title: "Proved", of: (row) => (row.id ? row.verified : null), number: true },
  { key: "country", title: "Country", of: (row) => row.country },
  { key: "as", title: "AS", of: (row) => row.as, text: (row) => `${row.as} ${row.asName}` },
];

// Unknown values stand last in either direction; equal ones keep the map's order.
function sortRows(rows, column, descending) {
  const keyed = rows.map((row) => [column.of(row), row]);
  const sign = descending ? -1 : 1;
  keyed.sort(([a, rowA], [b, rowB]) => {
    if (a === null || b === null) return (a === null) - (b === null) || rowA.place - rowB.place;
    const compared = typeof a === "number" && typeof b === "number" ? a - b : order.compare(a, b);
    return sign * compared || rowA.place - rowB.place;
  });
  return keyed.map(([, row]) => row);
}

class Table {
  constructor(data, filters, onSelect) {
    Object.assign(this, { data, filters, onSelect, selected: null, active: 0 });
    this.columns = COLUMNS.filter(({ key, of }) => !["country", "as"].includes(key) ||
      data.rows.some((row) => of(row) !== null));
    this.column = this.columns.find(({ key }) => key === "namedby");
    this.descending = true;
    this.view = byId("table");
    this.body = el("tbody");
    this.heads = this.columns.map((column) => this.head(column));
    this.table = el("table", { role: "grid" }, el("thead", {}, el("tr", {}, ...this.heads)), this.body);
    this.view.append(this.table);
    this.view.addEventListener("scroll", () => this.show());
    new ResizeObserver(() => this.show()).observe(this.view);
    this.body.addEventListener("keydown", (event) => this.key(event));
    filters.listeners.push(() => this.change());
    this.change();
  }
  head(column) {
    const sort = button(column.title, {}, () => {
      this.descending = this.column === column ? !this.descending : column.number === true;
      this.column = column;
      this.change();
    });
    return el("th", { scope: "col", class: `${column.key}${column.number ? " number" : ""}` }, sort);
  }
  change() {
    const passing = this.data.rows.filter((row) => this.filters.pass[row.place]);
    this.rows = sortRows(passing, this.column, this.descending).slice(0, MOST_ROWS);
    this.active = 0;
    this.table.setAttribute("aria-rowcount", this.rows.length + 1);
    this.columns.forEach((column, nth) => {
      const sorted = column === this.column ? (this.descending ? "descending" : "ascending") : "none";
      this.heads[nth].setAttribute("aria-sort", sorted);
    });
    const all = this.data.rows.length;
    const cut = passing.length > MOST_ROWS ? `; the first ${count(MOST_ROWS)} are listed` : "";
    const some = passing.length === all ? "" : `${count(passing.length)} of `;
    byId("list-count").textContent = `${some}${count(all)}${cut}`;
    this.view.scrollTop = 0;
    this.show(true);
  }
  show(changed = false) {
    const begin = Math.max(0, Math.floor(this.view.scrollTop / ROW_HEIGHT) - SPARE);
    const end = Math.min(this.rows.length, begin + Math.ceil(this.view.clientHeight / ROW_HEIGHT) + 2 * SPARE);
    if (!changed && begin === this.begin && end === this.end) return;
    const hadFocus = this.body.contains(document.activeElement);
    [this.begin, this.end] = [begin, end];
    const rows = this.rows.slice(begin, end).map((row, nth) => this.row(row, begin + nth));
    this.body.replaceChildren(this.spacer(begin), ...rows, this.spacer(this.rows.length - end));
    if (this.rows.length === 0) {
      const words = el("td", { colspan: this.columns.length }, "Nothing passes the filters.");
      this.body.append(el("tr", { class: "none" }, words));
    }
    if (hadFocus) this.body.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  }
  spacer(rows) {
    const made = el("tr", { class: "spacer", "aria-hidden": "true" });
    made.style.height = `${rows * ROW_HEIGHT}px`;
    return made;
  }
  row(row, nth) {
    const cells = this.columns.map((column) => this.cell(row, column));
    const made = el("tr", { "aria-rowindex": nth + 2, tabindex: nth === this.active ? 0 : -1,
      "aria-selected": `${row === this.selected}`, "data-nth": nth }, ...cells);
    made.addEventListener("click", () => {
      this.active = nth;
      this.onSelect(row);
    });
    return made;
  }
  cell(row, column) {
    const value = column.of(row);
    const shown = value === null ? UNKNOWN : column.text ? column.text(row) : column.number ? count(value) : `${value}`;
    const kind = column.key === "state" ? ` ${row.suspect ? "warn" : row.state === "reachable" ? "good" : "away"}` : "";
    return el("td", { class: `${column.key}${column.number ? " number" : ""}${kind}`, title: shown }, shown);
  }
  key(event) {
    const page = Math.max(1, Math.floor(this.view.clientHeight / ROW_HEIGHT) - 2);
    const to = { ArrowDown: this.active + 1, ArrowUp: this.active - 1, PageDown: this.active + page,
      PageUp: this.active - page, Home: 0, End: this.rows.length - 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") this.onSelect(this.rows[this.active]);
    else if (to === undefined) return;
    else this.focus(clamp(to, 0, this.rows.length - 1));
    event.preventDefault();
  }
  focus(nth) {
    this.active = nth;
    this.reveal(nth);
    this.show(true);
    this.body.querySelector(`[data-nth="${nth}"]`)?.focus({ preventScroll: true });
  }
  reveal(nth) {
    const room = this.view.clientHeight - 2 * ROW_HEIGHT; // below the head
    const top = nth * ROW_HEIGHT;
    if (top < this.view.scrollTop) this.view.scrollTop = top;
    else if (top > this.view.scrollTop + room) this.view.scrollTop = top - room;
  }
  // The selection, decided elsewhere: a row or null.
  select(row) {
    this.selected = row;
    const nth = row === null ? -1 : this.rows.indexOf(row);
    if (nth >= 0) {
      this.active = nth;
      this.reveal(nth);
    }
    this.show(true);
  }
}
