// SPDX-License-Identifier: MIT
const byId = (id) => document.getElementById(id);
