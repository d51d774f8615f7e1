// SPDX-License-Identifier: MIT
#include "crawler/journal.h"

#include <algorithm>

#include "proto/journal.pb.h"
#include "proto/siphash.h"

namespace hearsay {
namespace {

constexpr std::size_t kFrameBytes = 12;
// A year and a bit: what is longer is damage, and sums of such times stay far from overflow.
constexpr std::uint64_t kMaxMilliseconds = std::uint64_t{1} << 35;
constexpr std::int64_t kMaxStart = std::int64_t{1} << 53;  // microseconds: the year 2255
constexpr std::size_t kMaxBatchBytes = std::size_t{1} << 28;

template <std::size_t N>
void Append(std::string& out, const ByteArray<N>& bytes) {
  out.append(reinterpret_cast<const char*>(bytes.data()), N);
}
template <std::size_t N>
bool Get(const std::string& text, ByteArray<N>& out) {
  if (text.size() != N) return false;
  const BytesView bytes = AsBytes(text);
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return true;
}

std::uint64_t Milliseconds(Duration d) {
  const std::int64_t ms = std::chrono::floor<std::chrono::milliseconds>(d).count();
  return std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 0)), kMaxMilliseconds - 1);
}

// The payload of the batch that `journal` begins with; nullopt when it is cut short or damaged.
std::optional<BytesView> FirstPayload(BytesView journal) {
  if (journal.size() < kFrameBytes) return std::nullopt;
  const auto size = LoadBigEndian<std::uint32_t>(journal.data());
  if (size > kMaxBatchBytes || size > journal.size() - kFrameBytes) return std::nullopt;
  const BytesView payload = journal.subspan(kFrameBytes, size);
  if (SipHash(SipKey{}, payload) != LoadBigEndian<std::uint64_t>(journal.data() + 4)) return std::nullopt;
  return payload;
}

class Reader {
 public:
  explicit Reader(JournalContent& content) : content_(content) {}

  // False: the batch contradicts those before it; nothing of it was taken.
  bool Read(const journal::Batch& batch) {
    const std::size_t known = content_.endpoints.size();
    const std::size_t ended = content_.ended.size();
    const std::size_t visited = content_.visited.size();
    const std::size_t looked = content_.looked.size();
    if (ReadEndpoints(batch) && ReadEnded(batch) && ReadVisited(batch) && ReadLooked(batch)) return true;
    content_.endpoints.resize(known);
    content_.ended.resize(ended);
    content_.visited.resize(visited);
    content_.looked.resize(looked);
    return false;
  }

 private:
  bool ReadEndpoints(const journal::Batch& batch) {
    const BytesView bytes = AsBytes(batch.endpoints());
    if (bytes.size() % Endpoint::kSize != 0) return false;
    for (std::size_t i = 0; i < bytes.size(); i += Endpoint::kSize) {
      const Endpoint endpoint = Endpoint::FromBytes(bytes.subspan(i).first<Endpoint::kSize>());
      if (!endpoint.IsDialable()) return false;
      content_.endpoints.push_back(endpoint);
    }
    return true;
  }
  bool ReadEnded(const journal::Batch& batch) {
    for (const journal::Ended& m : batch.ended()) {
      JournalEnded ended{.endpoint = m.endpoint(), .verdict = static_cast<Verdict>(m.verdict()), .node = {},
                         .proved_at = {}, .late = m.late()};
      if (m.endpoint() >= content_.endpoints.size() || m.verdict() > static_cast<std::uint32_t>(kLastVerdict)) {
        return false;
      }
      if (!m.node_id().empty() && !Get(m.node_id(), ended.node.emplace().bytes)) return false;
      if (m.proved_at() > kMaxMilliseconds) return false;
      if (m.proved_at() > 0) ended.proved_at = std::chrono::milliseconds(m.proved_at() - 1);
      content_.ended.push_back(ended);
    }
    return true;
  }
  bool ReadVisited(const journal::Batch& batch) {
    for (const journal::Visited& m : batch.visited()) {
      JournalVisited visited{.node = {}, .spoke = m.spoke(), .excluded = m.excluded(), .rtt = {}, .record = {},
                             .told = {m.told().begin(), m.told().end()},
                             .hidden = {m.hidden().begin(), m.hidden().end()}};
      if (!Get(m.node_id(), visited.node.bytes)) return false;
      if (m.rtt() > 0) visited.rtt = Duration(m.rtt() - 1);
      const BytesView record = AsBytes(m.record());
      visited.record.assign(record.begin(), record.end());
      std::sort(visited.told.begin(), visited.told.end());
      if (std::adjacent_find(visited.told.begin(), visited.told.end()) != visited.told.end()) return false;
      if (!visited.told.empty() && visited.told.back() >= content_.endpoints.size()) return false;
      content_.visited.push_back(std::move(visited));
    }
    return true;
  }
  bool ReadLooked(const journal::Batch& batch) {
    for (const journal::Looked& m : batch.looked()) {
      if (m.endpoint() >= content_.endpoints.size() || m.watched() > kMaxMilliseconds) return false;
      content_.looked.push_back(
          {.endpoint = m.endpoint(), .gone = m.gone(), .watched = std::chrono::milliseconds(m.watched())});
    }
    return true;
  }

  JournalContent& content_;
};

}  // namespace

struct JournalWriter::Pending {
  journal::Batch batch;
  bool empty = true;
};

JournalWriter::JournalWriter() : pending_(std::make_unique<Pending>()) {}
JournalWriter::~JournalWriter() = default;

void JournalWriter::Begin(const NetworkKey& network, Time started_at) {
  pending_->batch.mutable_network_id()->clear();
  Append(*pending_->batch.mutable_network_id(), network.id());
  pending_->batch.set_started_at(started_at.time_since_epoch().count());
  pending_->empty = false;
}

void JournalWriter::Heard(const Endpoint& endpoint) {
  Append(*pending_->batch.mutable_endpoints(), endpoint.ToBytes());
  pending_->empty = false;
}

void JournalWriter::Ended(const JournalEnded& ended) {
  journal::Ended& m = *pending_->batch.add_ended();
  m.set_endpoint(ended.endpoint);
  m.set_verdict(static_cast<std::uint32_t>(ended.verdict));
  if (ended.node) {
    Append(*m.mutable_node_id(), ended.node->bytes);
    if (ended.proved_at) m.set_proved_at(Milliseconds(*ended.proved_at) + 1);
    m.set_late(ended.late);
  }
  pending_->empty = false;
}

void JournalWriter::Looked(const JournalLooked& looked) {
  journal::Looked& m = *pending_->batch.add_looked();
  m.set_endpoint(looked.endpoint);
  m.set_gone(looked.gone);
  m.set_watched(Milliseconds(looked.watched));
  pending_->empty = false;
}

void JournalWriter::Visited(const JournalVisited& visited) {
  journal::Visited& m = *pending_->batch.add_visited();
  Append(*m.mutable_node_id(), visited.node.bytes);
  m.set_spoke(visited.spoke);
  m.set_excluded(visited.excluded);
  if (visited.rtt) m.set_rtt(visited.rtt->count() + 1);
  m.mutable_record()->assign(AsText(visited.record));
  m.mutable_told()->Assign(visited.told.begin(), visited.told.end());
  m.mutable_hidden()->Assign(visited.hidden.begin(), visited.hidden.end());
  pending_->empty = false;
}

void JournalWriter::Take(Bytes& out) {
  if (pending_->empty) return;
  const std::string payload = pending_->batch.SerializeAsString();
  const std::size_t at = out.size();
  out.resize(at + kFrameBytes);
  StoreBigEndian(static_cast<std::uint32_t>(payload.size()), out.data() + at);
  StoreBigEndian(SipHash(SipKey{}, AsBytes(payload)), out.data() + at + 4);
  out.insert(out.end(), AsBytes(payload).begin(), AsBytes(payload).end());
  pending_->batch.Clear();
  pending_->empty = true;
}

Result<JournalContent> ReadJournal(BytesView journal, const NetworkKey& network) {
  JournalContent content;
  Reader reader(content);
  journal::Batch batch;
  while (const auto payload = FirstPayload(journal.subspan(content.sound_bytes))) {
    if (!batch.ParseFromArray(payload->data(), static_cast<int>(payload->size()))) break;
    if (content.sound_bytes == 0) {
      ByteArray<32> id{};
      if (!Get(batch.network_id(), id) || batch.started_at() < 0 || batch.started_at() > kMaxStart) break;
      if (id != network.id()) return tl::unexpected(std::string("it is of another network, or another network key"));
      content.started_at = Time(Duration(batch.started_at()));
    }
    if (!reader.Read(batch)) break;
    content.sound_bytes += kFrameBytes + payload->size();
  }
  if (content.sound_bytes == 0) return tl::unexpected(std::string("nothing in it is sound"));
  return content;
}

}  // namespace hearsay
