// SPDX-License-Identifier: MIT
#include "tools/bench/usage.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace hearsay::bench {

Usage UsageOf(pid_t pid) {
  Usage usage;
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(stat, line);
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  usage.cpu_seconds = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::ifstream rollup("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string row; std::getline(rollup, row);) {
    if (!row.starts_with("Private_")) continue;
    std::istringstream words(row);
    double kib = 0;
    words >> skipped >> kib;
    usage.private_mib += kib / 1024;
  }
  return usage;
}

}  // namespace hearsay::bench
