// SPDX-License-Identifier: MIT
#include "node/io/metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace hearsay {
namespace {

// Writes families one after the other; each name appears once, with its HELP and TYPE.
class Page {
 public:
  void Counter(std::string_view name, std::string_view help, std::uint64_t value) {
    const std::string full = Family(std::string(name) + "_total", help, "counter");
    Line(full, "", std::to_string(value));
  }
  void Gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    Line(Family(name, help, "gauge"), "", std::to_string(value));
  }
  void Seconds(std::string_view name, std::string_view help, std::string_view type, double value) {
    char text[64];
    std::snprintf(text, sizeof text, "%.6f", value);
    Line(Family(name, help, type), "", text);
  }
  // One line for each Error, zeros too: a rate needs the zero before the first one.
  template <std::size_t N>
  void Reasons(std::string_view name, std::string_view help, const std::array<std::uint64_t, N>& counts) {
    const std::string full = Family(name, help, "counter");
    for (std::size_t i = 0; i < N; ++i) {
      Line(full, Label("reason", ErrorName(static_cast<Error>(i))), std::to_string(counts[i]));
    }
  }
  void Info(std::string_view name, std::string_view help, const std::string& labels) {
    Line(Family(name, help, "gauge"), labels, "1");
  }
  // `value` is escaped as the format wants it.
  static std::string Label(std::string_view key, std::string_view value) {
    std::string out = std::string(key) + "=\"";
    for (const char c : value) {
      if (c == '\n') {
        out += "\\n";
        continue;
      }
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    return out + '"';
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string Family(std::string_view name, std::string_view help, std::string_view type) {
    std::string full(name);
    text_ += "# HELP " + full + ' ';
    text_ += help;
    text_ += "\n# TYPE " + full + ' ';
    text_ += type;
    text_ += '\n';
    return full;
  }
  void Line(const std::string& name, const std::string& labels, const std::string& value) {
    text_ += name;
    if (!labels.empty()) text_ += '{' + labels + '}';
    text_ += ' ' + value + '\n';
  }

  std::string text_;
};

// [a-zA-Z_:][a-zA-Z0-9_:]* of the format; names of counters are ours and snake_case, so this changes none of them.
std::string MetricName(std::string_view name) {
  std::string out = "hearsay_";
  for (const char c : name) out += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_';
  return out;
}

// Resident set in bytes, 0 where /proc cannot tell.
std::uint64_t ResidentBytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  unsigned long long total = 0;
  unsigned long long resident = 0;
  const int read = std::fscanf(file, "%llu %llu", &total, &resident);
  std::fclose(file);
  return read == 2 ? resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void WriteStatus(Page& page, const CoreStatus& status) {
  page.Gauge("hearsay_view", "Peers of this node's choice with an active channel.", status.view);
  page.Gauge("hearsay_table", "Verified peers.", status.table);
  page.Gauge("hearsay_heard", "Endpoints heard of and not verified.", status.heard);
  page.Gauge("hearsay_dialling", "Handshakes in progress.", status.dialling);
  page.Gauge("hearsay_channels", "Active channels.", status.channels);
  page.Gauge("hearsay_online_weight", "Sum of the weights of verified live peers.", status.online_weight);
  page.Gauge("hearsay_online_weight_minimum", "Below it, preconfigured peers are contacted again.",
             status.online_weight_minimum);
  page.Gauge("hearsay_duplicate_identities", "Live processes seen with this node's identity since start.",
             status.duplicate_identities);
  page.Gauge("hearsay_bans", "Bans that hold, by command and by the settings.", status.bans);
  page.Gauge("hearsay_boot_epoch", "Greater at each start of this node.", status.boot_epoch);
}

void WriteCounters(Page& page, const NodeView& node) {
  const Counters& counters = node.CoreCounters();
  for (std::size_t i = 0; i < counters.values.size(); ++i) {
    const std::string name(CounterName(static_cast<Counter>(i)));
    page.Counter(MetricName(name), "Counter " + name + " of the node.", counters.values[i]);
  }
  for (const auto& [name, value] : node.IoCounters()) {
    // What waits to be done goes down again.
    if (name.ends_with("_pending")) {
      page.Gauge(MetricName(name), "Gauge " + name + " of the machine.", value);
    } else {
      page.Counter(MetricName(name), "Counter " + name + " of the machine.", value);
    }
  }
  page.Reasons("hearsay_drops_total", "Datagrams dropped, by reason.", counters.drops);
  page.Reasons("hearsay_dial_failures_total", "Dials failed, by reason.", counters.dial_failures);
}

}  // namespace

std::string MetricsText(const NodeView& node, const ApiCounters& api, std::string_view software) {
  const CoreStatus status = node.Status();
  Page page;
  page.Info("hearsay_info", "Who this node is.",
            Page::Label("node_id", status.id.ToString()) + ',' + Page::Label("network", node.Network()) + ',' +
                Page::Label("software", software));
  page.Seconds("hearsay_uptime_seconds", "Since the node's start.", "gauge",
               std::chrono::duration<double>(node.Now() - node.StartedAt()).count());
  WriteStatus(page, status);
  WriteCounters(page, node);
  page.Counter("hearsay_api_requests", "Requests answered by the local API.", api.requests);
  page.Counter("hearsay_api_refused", "Requests answered with an error.", api.refused);
  page.Counter("hearsay_api_timeouts", "API connections closed by their deadline.", api.timeouts);
  page.Counter("hearsay_api_evicted", "API connections closed to make room for others.", api.evicted);
  page.Gauge("hearsay_api_connections", "Open API connections.", api.connections);
  page.Gauge("hearsay_api_event_streams", "Open event streams.", api.event_streams);
  page.Gauge("process_resident_memory_bytes", "Resident memory size in bytes.", ResidentBytes());
  page.Seconds("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", "counter",
               CpuSeconds());
  return page.Take();
}

}  // namespace hearsay
