// SPDX-License-Identifier: MIT
//
// Numbers: the summary of the map, as it was counted by the crawler. The estimate is drawn with its interval.

const BAR = { width: 150, height: 18 };

// "timeout 12 · refused 3": names by count.
function listed(counts) {
  const byCount = Object.entries(counts || {}).sort(([, a], [, b]) => b - a);
  return byCount.map(([name, value]) => `${name.replaceAll("_", "\u00a0")}\u00a0${count(value)}`).join(" \u00b7 ");
}

// Where `value` lies between low and high, in pixels of a bar.
const across = (value, low, high) => 4 + ((value - low) / (high - low || 1)) * (BAR.width - 8);

const drawing = (words, ...marks) =>
  svg("svg", { viewBox: `0 0 ${BAR.width} ${BAR.height}`, width: BAR.width, height: BAR.height, class: "errorbar",
    role: "img", "aria-label": words }, svg("title", {}, words), ...marks);

// What was found (the tick), what is estimated (the dot), and the 95 % interval (the line with ends).
function errorBar(found, { nodes, low, high, at: moment }) {
  const [least, most] = [Math.min(found, low), Math.max(found, high)];
  const room = (most - least) * 0.15 || 1;
  const at = (value) => across(value, least - room, most + room).toFixed(1);
  const line = (x1, y1, x2, y2, kind) => svg("line", { x1, y1, x2, y2, class: kind });
  const words = `found ${count(found)}; estimated ${count(nodes)}, 95 % interval ${count(low)} to ${count(high)}` +
    (moment ? `, at ${text(moment)}` : "");
  return drawing(words, line(0, 9, BAR.width, 9, "axis"), line(at(low), 9, at(high), 9, "interval"),
    line(at(low), 4, at(low), 14, "interval"), line(at(high), 4, at(high), 14, "interval"),
    line(at(found), 2, at(found), 16, "found"), svg("circle", { cx: at(nodes), cy: 9, r: 4, class: "estimate" }));
}

// "p90 173 · p99 364 ms"
function rttTail(rtt) {
  const [most, nearlyAll] = [milliseconds(rtt.p90), milliseconds(rtt.p99)];
  const shared = nearlyAll.endsWith(" ms") ? most.replace(" ms", "") : most;
  return `p90 ${shared} \u00b7 p99 ${nearlyAll}`;
}

// min, p50, p90, p99 and max on a logarithmic line.
function rttStrip(rtt) {
  const log = (value) => Math.log10(Math.max(value, 0.001));
  const at = (value) => across(log(value), log(rtt.min), log(rtt.max)).toFixed(1);
  const words = ["min", "p50", "p90", "p99", "max"].map((name) => `${name} ${milliseconds(rtt[name])}`).join(", ");
  const ticks = ["min", "p90", "p99", "max"].map((name) =>
    svg("line", { x1: at(rtt[name]), x2: at(rtt[name]), y1: 5, y2: 13, class: "interval" }));
  return drawing(words, svg("line", { x1: at(rtt.min), x2: at(rtt.max), y1: 9, y2: 9, class: "interval" }), ...ticks,
    svg("circle", { cx: at(rtt.p50), cy: 9, r: 4, class: "estimate" }));
}

function shareBar(share) {
  if (!isNumber(share)) return null;
  const bar = el("i", { class: "share" }, el("i", {}));
  bar.firstChild.style.width = `${100 * clamp(share, 0, 1)}%`;
  return bar;
}

const lines = (first, second) => el("span", {}, first, el("br"), second);

function showNumbers(summary) {
  const { nodes, reachable, estimate, mapped, rtt_ms: rtt } = summary;
  const share = nodes ? reachable / nodes : null;
  const several = summary.several_endpoints ? `${count(summary.several_endpoints)} at several endpoints` : "";
  const unsaid = "too little was found to say";
  const interval = estimate ? `95 %: ${count(estimate.low)} \u2013 ${count(estimate.high)}` : unsaid;
  const look = summary.second_look;
  const left = look?.gone ? ` \u00b7 ${count(look.gone)} of ${count(look.nodes)} left while we looked` : "";
  const hidden = `and ${count(summary.hidden)} hidden, whom nobody can dial`;
  const exist = summary.hidden > 0 ? lines(interval, hidden) : interval;
  const bound = "at most: the crawler's waiting included";
  byId("numbers").append(
    figure("Nodes", count(nodes), several || counted(summary.edges, "edge", "edges")),
    figure("Reachable", count(reachable), share === null ? "" : `${percent(share)} of nodes`, shareBar(share)),
    figure("Unreachable", count(summary.unreachable), listed(summary.reasons)),
    figure("Estimated to exist", count(estimate?.nodes), exist, estimate && errorBar(reachable, estimate)),
    figure("Share mapped", percent(mapped), isNumber(mapped) ? `of the estimate${left}` : "", shareBar(mapped)),
    figure("Suspects", count(summary.suspects), "name what proves no id"),
    figure("Round trip", milliseconds(rtt?.p50), rtt ? lines(rttTail(rtt), bound) : "", rtt && rttStrip(rtt)),
  );
}

function showHead(map) {
  const { summary } = map;
  document.title = `${text(map.network)}: map of ${counted(summary?.nodes, "node", "nodes")}`;
  byId("network").textContent = text(map.network) || "Map";
  const seconds = isNumber(summary?.duration_seconds) ? `${summary.duration_seconds.toFixed(1)} s` : UNKNOWN;
  byId("crawl").textContent = `crawled ${minute(map.started_at)} in ${seconds} by ${text(map.software)}`;
  const complete = byId("complete");
  complete.hidden = false;
  complete.textContent = map.complete ? "complete" : "not complete";
  complete.classList.add(map.complete ? "good" : "warn");
  if (map.complete) return;
  const waiting = summary?.reasons?.not_visited;
  notice("This map is not complete: the crawl was stopped, ran out of time, or met one of its bounds." +
    (waiting ? ` ${counted(waiting, "endpoint was", "endpoints were")} still to be visited.` : ""));
}

function notice(words) {
  byId("notice").textContent = words;
  byId("notice").hidden = false;
}
