// SPDX-License-Identifier: MIT
//
// Making elements, and writing numbers. Text enters the document here, as text nodes and attribute values only.

const byId = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// el("p", {class: "note"}, "text", child): a null child or attribute is left out.
const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

function button(text, attributes, onClick) {
  const made = el("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", onClick);
  return made;
}

// A number with its title, for a dl.
const figure = (title, value, below, drawn = null) =>
  el("div", { class: "figure" }, el("dt", {}, title), el("dd", { class: "big" }, value),
    drawn && el("dd", { class: "drawing" }, drawn), below && el("dd", { class: "below" }, below));

const UNKNOWN = "\u2013";
const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const PERCENT = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
const count = (value) => (isNumber(value) ? COUNT.format(value) : UNKNOWN);
const percent = (value) => (isNumber(value) ? PERCENT.format(value) : UNKNOWN);
const counted = (value, one, many) => `${count(value)} ${value === 1 ? one : many}`;

// About three digits: 0.012, 0.12, 1.23, 12.3, 123 ms; from ten seconds on in seconds.
function milliseconds(value) {
  if (!isNumber(value)) return UNKNOWN;
  if (value >= 10000) return `${(value / 1000).toFixed(1)} s`;
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 3;
  return `${value.toFixed(digits)} ms`;
}

// An RFC 3339 time in UTC, to the minute.
function minute(text) {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? UNKNOWN : `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
