// SPDX-License-Identifier: MIT
//
// The page: its data, its parts, and the one selected node that they share.

function colourChoice(colours) {
  const choice = byId("colour");
  choice.append(...colours.choices.map((facet) => el("option", { value: facet.key }, facet.title)));
  choice.addEventListener("change", () => colours.choose(choice.value));
}

function filterControls(filters) {
  const [search, clear, fold] = [byId("search"), byId("filters-clear"), byId("filters-fold")];
  let waiting = null;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => filters.search(search.value), 120); // milliseconds: after a pause in typing
  });
  clear.addEventListener("click", () => {
    search.value = "";
    filters.clear();
  });
  filters.listeners.push(() => (clear.hidden = !filters.active));
  const narrow = matchMedia("(max-width: 800px)");
  const open = (isOpen) => {
    byId("facets").hidden = !isOpen;
    fold.setAttribute("aria-expanded", isOpen);
  };
  fold.addEventListener("click", () => open(byId("facets").hidden));
  narrow.addEventListener("change", () => open(!narrow.matches));
  open(!narrow.matches);
}

function start(map, history) {
  showHead(map);
  showNumbers(map.summary || {});
  new Timeline(history);
  const data = new MapData(map);
  const filters = new Filters(data.rows);
  const colours = new Colours(filters);
  let selected = null;
  const select = (row) => {
    selected = row === selected ? null : row;
    details.show(selected);
    graph.show(selected, details.covers);
    table.select(selected);
  };
  const details = new Details(data, select);
  const facets = new FacetsView(byId("facets"), filters, colours);
  colours.listeners.push(() => facets.update());
  const graph = new Graph(data, filters, colours, select);
  const table = new Table(data, filters, select);
  filterControls(filters);
  colourChoice(colours);
  byId("zoom-in").addEventListener("click", () => graph.zoom(1.4));
  byId("zoom-out").addEventListener("click", () => graph.zoom(1 / 1.4));
  byId("zoom-fit").addEventListener("click", () => graph.fit());
  theme(() => graph.repaint());
  document.documentElement.dataset.ready = "yes";
}

const map = JSON.parse(byId("map-data").textContent);
if (map) start(map, JSON.parse(byId("history-data").textContent));
else notice("This page holds no map.");
