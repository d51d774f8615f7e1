// SPDX-License-Identifier: MIT
//
// The tables of `hearsay crawl --post`, and the statements that put a census into them. What they mean is in
// docs/postgres.md; this is only their SQL. Every name is qualified, because search_path is the user's.
//
// A post stages the whole census in a temporary table (COPY) and then merges it set by set, so that the number of
// statements does not depend on the size of the network. New rows of the dimensions are found by an anti-join and not
// by ON CONFLICT, which would draw a number from their sequences for each row that is known already: 35,000 nodes every
// quarter of an hour use up an integer in less than two years.
#pragma once

namespace hearsay::census_schema {

inline constexpr int kVersion = 1;

// The statements below compare whole censuses, and each comparison is an equality. Until the server has gathered its
// statistics of new tables it takes them for small and nests loops: 35,000 nodes then need minutes instead of seconds.
inline constexpr const char* kBegin = "BEGIN; SET LOCAL search_path = pg_catalog; SET LOCAL enable_nestloop = off";
inline constexpr const char* kCreateSchema = "CREATE SCHEMA hearsay";
inline constexpr const char* kCreateTables = R"(
CREATE TABLE hearsay.schema_version (version integer NOT NULL);
INSERT INTO hearsay.schema_version VALUES (1);
CREATE TABLE hearsay.networks (
  network smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE
);
CREATE TABLE hearsay.censuses (
  census integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  network smallint NOT NULL REFERENCES hearsay.networks,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  complete boolean NOT NULL,
  software text NOT NULL,
  nodes integer NOT NULL,
  reachable integer NOT NULL,
  unreachable integer NOT NULL,
  edges bigint NOT NULL,
  suspects integer NOT NULL,
  estimate double precision,
  estimate_low double precision,
  estimate_high double precision,
  summary jsonb NOT NULL,
  UNIQUE (network, started_at)
);
CREATE TABLE hearsay.nodes (
  node integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  network smallint NOT NULL REFERENCES hearsay.networks,
  node_id bytea NOT NULL CHECK (length(node_id) = 32),
  first_census integer NOT NULL REFERENCES hearsay.censuses,
  UNIQUE (network, node_id)
);
CREATE TABLE hearsay.endpoints (
  endpoint integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  address inet NOT NULL,
  port integer NOT NULL,
  country text,
  as_number bigint,
  as_name text,
  UNIQUE (address, port)
);
CREATE TABLE hearsay.records (
  record integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  software text NOT NULL,
  name text NOT NULL,
  role text NOT NULL,
  attributes jsonb NOT NULL,
  UNIQUE (software, name, role, attributes)
);
CREATE TABLE hearsay.states (
  state smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE
);
CREATE TABLE hearsay.sightings (
  network smallint NOT NULL REFERENCES hearsay.networks,
  state smallint NOT NULL REFERENCES hearsay.states,
  endpoint integer NOT NULL REFERENCES hearsay.endpoints,
  node integer REFERENCES hearsay.nodes,
  record integer REFERENCES hearsay.records,
  since integer NOT NULL REFERENCES hearsay.censuses,
  until integer REFERENCES hearsay.censuses,
  rtt_us integer,
  suspect boolean NOT NULL
);
CREATE UNIQUE INDEX sightings_open ON hearsay.sightings (network, endpoint, coalesce(node, 0)) WHERE until IS NULL;
CREATE INDEX sightings_of_node ON hearsay.sightings (node, since);
CREATE INDEX sightings_at_endpoint ON hearsay.sightings (endpoint, since);
)";

// The census as it comes: one row for each endpoint of each node, and for each endpoint that proved no id.
inline constexpr const char* kCreateStage = R"(
CREATE TEMPORARY TABLE seen (
  node_id bytea, address inet, port integer, state text, suspect boolean, rtt_us integer,
  software text, name text, role text, attributes jsonb, country text, as_number bigint, as_name text
) ON COMMIT DROP
)";
inline constexpr const char* kCopyStage = "COPY pg_temp.seen FROM STDIN";

// Parameters of all: $1 the network, $2 the census, $3 whether it is complete. A statement names those that it uses.
inline constexpr const char* kMerge[] = {
    "ANALYZE pg_temp.seen",
    R"(INSERT INTO hearsay.nodes (network, node_id, first_census)
       SELECT DISTINCT $1::smallint, s.node_id, $2::integer FROM pg_temp.seen s
       WHERE s.node_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM hearsay.nodes n WHERE n.network = $1::smallint AND n.node_id = s.node_id))",
    R"(INSERT INTO hearsay.endpoints (address, port)
       SELECT DISTINCT s.address, s.port FROM pg_temp.seen s
       WHERE NOT EXISTS (SELECT FROM hearsay.endpoints e WHERE e.address = s.address AND e.port = s.port))",
    R"(UPDATE hearsay.endpoints e SET country = s.country, as_number = s.as_number, as_name = s.as_name
       FROM pg_temp.seen s WHERE e.address = s.address AND e.port = s.port
       AND (s.country IS NOT NULL OR s.as_number IS NOT NULL)
       AND (e.country, e.as_number, e.as_name) IS DISTINCT FROM (s.country, s.as_number, s.as_name))",
    R"(INSERT INTO hearsay.records (software, name, role, attributes)
       SELECT DISTINCT s.software, s.name, s.role, s.attributes FROM pg_temp.seen s
       WHERE s.software IS NOT NULL AND NOT EXISTS (
         SELECT FROM hearsay.records r WHERE r.software = s.software AND r.name = s.name AND r.role = s.role
         AND r.attributes = s.attributes))",
    R"(INSERT INTO hearsay.states (name)
       SELECT DISTINCT s.state FROM pg_temp.seen s
       WHERE NOT EXISTS (SELECT FROM hearsay.states t WHERE t.name = s.state))",
    R"(CREATE TEMPORARY TABLE sighted ON COMMIT DROP AS
       SELECT n.node, e.endpoint, t.state, r.record, s.suspect, s.rtt_us FROM pg_temp.seen s
       JOIN hearsay.endpoints e ON e.address = s.address AND e.port = s.port
       JOIN hearsay.states t ON t.name = s.state
       LEFT JOIN hearsay.nodes n ON n.network = $1::smallint AND n.node_id = s.node_id
       LEFT JOIN hearsay.records r ON r.software = s.software AND r.name = s.name AND r.role = s.role
         AND r.attributes = s.attributes)",
    "ANALYZE pg_temp.sighted",
};
// A sighting ends when its endpoint is seen in another state, or with another node, or when a complete census does not
// see it at all.
inline constexpr const char* kEndSightings = R"(
UPDATE hearsay.sightings o SET until = $2::integer WHERE o.network = $1::smallint AND o.until IS NULL
AND NOT EXISTS (
  SELECT FROM pg_temp.sighted k WHERE k.endpoint = o.endpoint AND coalesce(k.node, 0) = coalesce(o.node, 0)
  AND k.state = o.state AND coalesce(k.record, 0) = coalesce(o.record, 0) AND k.suspect = o.suspect)
AND ($3::boolean OR EXISTS (SELECT FROM pg_temp.sighted k WHERE k.endpoint = o.endpoint))
)";
inline constexpr const char* kBeginSightings = R"(
INSERT INTO hearsay.sightings (network, state, endpoint, node, record, since, rtt_us, suspect)
SELECT $1::smallint, k.state, k.endpoint, k.node, k.record, $2::integer, k.rtt_us, k.suspect FROM pg_temp.sighted k
WHERE NOT EXISTS (
  SELECT FROM hearsay.sightings o WHERE o.network = $1::smallint AND o.until IS NULL AND o.endpoint = k.endpoint
  AND coalesce(o.node, 0) = coalesce(k.node, 0))
)";

}  // namespace hearsay::census_schema
