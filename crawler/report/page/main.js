// SPDX-License-Identifier: MIT
const map = JSON.parse(byId("map-data").textContent);
byId("network").textContent = map ? `${map.network}: ${map.summary.nodes} nodes` : "This page holds no map.";
