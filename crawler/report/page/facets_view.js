// SPDX-License-Identifier: MIT
//
// FacetsView: the filters as lists of values with bars: all rows of a value in pale, those shown now in full. Choosing
// a value is pressing its button. Beside the facet that the graph is coloured by stand its colours.

const VALUES_AT_FIRST = 7;

class FacetsView {
  constructor(place, filters, colours) {
    this.filters = filters;
    this.colours = colours;
    this.updates = [];
    for (const facet of filters.facets) place.append(this.section(facet));
    filters.listeners.push(() => this.update());
    this.update();
  }
  section(facet) {
    const list = el("ul");
    const widest = Math.max(...facet.values.map((value) => value.total));
    facet.values.forEach((value, code) => list.append(this.item(facet, value, code, widest)));
    const section = el("section", { class: "facet", "aria-label": facet.title }, el("h3", {}, facet.title), list);
    if (facet.values.length > VALUES_AT_FIRST + 1) section.append(this.fold(list));
    return section;
  }
  item(facet, value, code, widest) {
    const swatch = el("i", { class: "swatch" });
    const all = el("i", { class: "bar all" });
    const shown = el("i", { class: "bar" });
    const number = el("span", { class: "number" });
    const made = button("", { class: "value", title: value.name }, () => this.filters.toggle(facet, code));
    made.append(swatch, el("span", { class: "name" }, value.name), number, all, shown);
    all.style.width = `${(100 * value.total) / widest}%`;
    this.updates.push(() => {
      made.setAttribute("aria-pressed", facet.chosen.has(code));
      number.textContent = count(facet.shown[code]);
      shown.style.width = `${(100 * facet.shown[code]) / widest}%`;
      const colour = this.colours.ofValue(facet, code);
      swatch.hidden = colour === null;
      swatch.style.background = colour || "";
    });
    return el("li", { hidden: code >= VALUES_AT_FIRST && facet.values.length > VALUES_AT_FIRST + 1 }, made);
  }
  fold(list) {
    const rest = [...list.children].slice(VALUES_AT_FIRST);
    const more = button(`${rest.length} more`, { class: "more", "aria-expanded": "false" }, () => {
      const open = rest[0].hidden;
      for (const item of rest) item.hidden = !open;
      more.textContent = open ? "Fewer" : `${rest.length} more`;
      more.setAttribute("aria-expanded", open);
    });
    return more;
  }
  update() {
    for (const update of this.updates) update();
  }
}
