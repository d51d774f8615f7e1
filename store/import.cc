// SPDX-License-Identifier: MIT
// What comes in: all lines first, then one transaction.
#include <algorithm>
#include <array>
#include <istream>
#include <map>

#include "store/export.h"
#include "store/import_line.h"

namespace hearsay {
namespace {

struct Lines {
  std::vector<KnownPeer> peers;  // by id, each once
  std::optional<NodeState> state;
  std::map<BanSubject, BanEntry> bans;
};

std::string LineFault(std::size_t number, const std::string& what) {
  return "line " + std::to_string(number) + ": " + what + "; nothing was changed";
}

// Of several lines for one peer, the one verified last.
void KeepLastVerified(std::vector<KnownPeer>& peers) {
  std::stable_sort(peers.begin(), peers.end(), [](const KnownPeer& a, const KnownPeer& b) {
    return a.id != b.id ? a.id < b.id : a.last_verified > b.last_verified;
  });
  const auto same = [](const KnownPeer& a, const KnownPeer& b) { return a.id == b.id; };
  peers.erase(std::unique(peers.begin(), peers.end(), same), peers.end());
}

// One line after the other, in bounded memory.
class LineReader {
 public:
  explicit LineReader(std::istream& in) : in_(in) {}

  std::size_t number() const { return number_; }
  // The next line without its end; nothing at the end of the input.
  Result<std::optional<std::string_view>> Next() {
    ++number_;
    in_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    if (in_.bad()) return tl::unexpected(LineFault(number_, "the input cannot be read; check its disk or pipe"));
    auto size = static_cast<std::size_t>(in_.gcount());
    const bool cut = in_.fail() && size > 0;
    if (in_.fail() && !cut) return std::nullopt;
    if (!cut && !in_.eof()) --size;  // the line break was taken, and counted
    if (!cut && size > 0 && buffer_[size - 1] == '\r') --size;
    if (cut || size > kMaxImportLineBytes) {
      return tl::unexpected(LineFault(number_, "longer than " + std::to_string(kMaxImportLineBytes) +
                                                   " bytes; give one object a line, as export does"));
    }
    return std::string_view(buffer_.data(), size);
  }

 private:
  std::istream& in_;
  std::size_t number_ = 0;
  std::array<char, kMaxImportLineBytes + 3> buffer_;  // the line, CR LF, getline's zero
};

Result<Lines> ReadLines(std::istream& in, std::size_t max_peers) {
  Lines lines;
  LineReader reader(in);
  while (true) {
    const auto text = reader.Next();
    if (!text) return tl::unexpected(text.error());
    if (!*text) break;
    if ((*text)->empty()) continue;
    const auto fault = [&](const std::string& what) { return tl::unexpected(LineFault(reader.number(), what)); };
    auto line = ParseImportLine(**text);
    if (!line) return fault(line.error());
    if (auto* state = std::get_if<NodeState>(&*line)) {
      if (lines.state) return fault("boot_epoch again; keep one state line");
      lines.state = std::move(*state);
    } else if (const auto* ban = std::get_if<BanEntry>(&*line)) {
      const auto [it, fresh] = lines.bans.try_emplace(ban->subject, *ban);
      if (!fresh && ban->created > it->second.created) it->second = *ban;
      if (lines.bans.size() > kMaxBans) return fault("more than " + std::to_string(kMaxBans) + " bans; leave some out");
    } else if (lines.peers.size() == max_peers) {
      return fault("more than " + std::to_string(max_peers) + " peers; raise store_capacity");
    } else {
      lines.peers.push_back(std::get<KnownPeer>(*line));
    }
  }
  KeepLastVerified(lines.peers);
  return lines;
}

NodeState Merge(NodeState known, const NodeState& imported) {
  known.boot_epoch = std::max(known.boot_epoch, imported.boot_epoch);
  if (known.view.empty()) known.view = imported.view;
  if (known.listen_port == 0) known.listen_port = imported.listen_port;
  return known;
}

}  // namespace

Result<ImportReport> ImportStore(Store& store, std::istream& in, std::size_t max_peers) {
  auto lines = ReadLines(in, max_peers);
  if (!lines) return tl::unexpected(lines.error());
  ImportReport report;
  std::vector<Change> batch;
  batch.reserve(lines->peers.size() + 1);
  for (const KnownPeer& peer : lines->peers) {
    const auto known = store.FindPeers({&peer.id, 1});
    if (!known) return tl::unexpected(known.error());
    if (!known->empty() && known->front().last_verified >= peer.last_verified) {
      ++report.older;
      continue;
    }
    batch.emplace_back(PutPeer{peer});
  }
  report.peers = batch.size();
  const auto known_bans = store.LoadBans();
  if (!known_bans) return tl::unexpected(known_bans.error());
  for (const BanEntry& known : known_bans->bans) {
    const auto imported = lines->bans.find(known.subject);
    if (imported == lines->bans.end() || imported->second.created > known.created) continue;
    lines->bans.erase(imported);
    ++report.older;
  }
  for (const auto& [subject, ban] : lines->bans) batch.emplace_back(PutBan{ban});
  report.bans = lines->bans.size();
  if (lines->state) {
    const auto known = store.LoadState();
    if (!known) return tl::unexpected(known.error());
    batch.emplace_back(PutState{Merge(known->value_or(NodeState{}), *lines->state)});
    report.state = true;
  }
  if (batch.empty()) return report;
  if (auto applied = store.Apply(batch); !applied) return tl::unexpected(applied.error());
  return report;
}

}  // namespace hearsay
