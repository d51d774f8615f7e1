// SPDX-License-Identifier: MIT
//
// Details: all that the map knows of one node, and its neighbours as buttons that select them.

const NEIGHBOURS_AT_FIRST = 30;

class Details {
  constructor(data, onSelect) {
    Object.assign(this, { data, onSelect, place: byId("details") });
  }
  show(row) {
    this.place.hidden = row === null;
    if (row === null) return;
    const close = button("\u00d7", { class: "close", "aria-label": "Close" }, () => this.onSelect(null));
    this.place.replaceChildren(close, el("h2", {}, row.label), this.facts(row));
    if (!row.id) return;
    this.place.append(this.neighbours("Names", "named", this.data.names.of(row.place)),
      this.neighbours("Named by", "namers", this.data.namedBy.of(row.place)));
  }
  // Pixels of the graph that it lies over; on a narrow page it stands below.
  get covers() {
    return this.place.hidden || getComputedStyle(this.place).position !== "absolute" ? 0 : this.place.offsetWidth;
  }
  facts(row) {
    const list = el("dl");
    const add = (term, value) => value && list.append(el("dt", {}, term), el("dd", {}, value));
    add("State", row.suspect ? `${row.state}, suspect: what it names does not prove an id` : row.state);
    add("Id", row.id);
    add(row.endpoints.length > 1 ? "Endpoints" : "Endpoint", row.endpoints.join(" "));
    add("Version", row.software);
    add("Role", row.role);
    add("Round trip", row.rtt === null ? "" : milliseconds(row.rtt));
    add("Samples", row.id && `${count(row.sampled)} endpoints named, ${count(row.verified)} proved an id`);
    add("Country", row.country === null ? "" : `${countryName(row.country)} (${row.country})`);
    add("Network", row.as === null ? "" : `AS${row.as} ${row.asName}`);
    for (const [key, value] of Object.entries(row.attributes)) add(key, `${value}`);
    return list;
  }
  neighbours(title, kind, places) {
    const rows = Array.from(places, (place) => this.data.rows[place]);
    const list = el("ul", { class: "neighbours" });
    const add = (some) => list.append(...some.map((row) => this.neighbour(row)));
    add(rows.slice(0, NEIGHBOURS_AT_FIRST));
    const heading = el("h3", {}, el("i", { class: `ray ${kind}` }), `${title} ${count(rows.length)}`);
    const section = el("section", {}, heading, list);
    if (rows.length > NEIGHBOURS_AT_FIRST) {
      const rest = rows.slice(NEIGHBOURS_AT_FIRST);
      const more = button(`${count(rest.length)} more`, { class: "more" }, () => {
        more.remove();
        add(rest);
      });
      section.append(more);
    }
    return section;
  }
  neighbour(row) {
    return el("li", {}, button(row.label, { title: row.endpoint }, () => this.onSelect(row)));
  }
}
