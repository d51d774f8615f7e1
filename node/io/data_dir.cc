// SPDX-License-Identifier: MIT
#include "node/io/data_dir.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace hearsay {
namespace {

std::string Value(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

}  // namespace

std::string DefaultDataDir(const Environment& environment) {
  if (std::string dir = Value(environment, "HEARSAY_DATA_DIR"); !dir.empty()) return dir;
  if (::geteuid() == 0) return "/var/lib/hearsay";
  if (const std::string state = Value(environment, "XDG_STATE_HOME"); !state.empty()) return state + "/hearsay";
  if (const std::string home = Value(environment, "HOME"); !home.empty()) return home + "/.local/state/hearsay";
  return {};
}

Result<void> EnsureDataDir(const std::string& path) {
  const auto wrong = [&](const std::string& why) {
    return tl::unexpected("data directory " + path + " " + why + "; choose another with --data-dir DIR");
  };
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    if (!S_ISDIR(info.st_mode)) return wrong("is not a directory");
    return {};
  }
  if (errno != ENOENT) return wrong(std::string("cannot be used: ") + std::strerror(errno));
  // Parents as `mkdir -p` makes them; only the directory itself holds secrets.
  for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (::mkdir(path.substr(0, slash).c_str(), 0755) != 0 && errno != EEXIST) {
      return wrong(std::string("cannot be made: ") + std::strerror(errno));
    }
  }
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return wrong(std::string("cannot be made: ") + std::strerror(errno));
  }
  return {};
}

std::string ModeOpenToOthers(const std::string& path) {
  struct stat info {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0 || (info.st_mode & S_IWOTH) == 0) return {};
  char mode[8];
  std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(info.st_mode) & 07777u);
  return mode;
}

}  // namespace hearsay
