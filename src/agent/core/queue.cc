#include "agent/core/queue.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/byte_reader.h"
#include "base/file.h"
#include "base/log.h"

namespace bartizan::agent {
namespace {

constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kMaxRecordBytes = 512 << 10;
constexpr std::size_t kMaxStateBytes = 4096;

// CRC-32 as in IEEE 802.3: finds torn and rotten records; nobody is kept from forging them.
std::uint32_t crc32(std::string_view bytes) {
  static constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0xEDB88320U : 0U);
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) {
    crc = kTable[(crc ^ static_cast<std::uint8_t>(c)) & 0xFF] ^ (crc >> 8);
  }
  return ~crc;
}

void put_u32(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift & 0xFF);
}

Error unavailable(const std::filesystem::path& path) {
  return {ErrorCode::kUnavailable, path.filename().string() + ": " + std::strerror(errno)};
}

// The next whole record's payload, or nothing when there is none.
std::optional<std::string_view> next_record(ByteReader& reader) {
  const auto length = reader.u32();
  const auto crc = reader.u32();
  if (!length.ok() || !crc.ok() || *length > kMaxRecordBytes) return std::nullopt;
  const auto payload = reader.take(*length);
  if (!payload.ok() || crc32(as_text(*payload)) != *crc) return std::nullopt;
  return as_text(*payload);
}

Result<Observation> read_observation(std::string_view payload) {
  BARTIZAN_ASSIGN(json::object object, parse_json_object(payload));
  return observation_from_json(std::move(object));
}

}  // namespace

Queue::Queue(std::filesystem::path folder, QueueLimits limits)
    : folder_(std::move(folder)), limits_(limits) {}

Queue::Queue(Queue&& other) noexcept
    : folder_(std::move(other.folder_)),
      limits_(other.limits_),
      segments_(std::move(other.segments_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      acknowledged_(other.acknowledged_),
      last_(other.last_),
      dropped_(other.dropped_) {}

Queue::~Queue() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<Queue> Queue::open(std::filesystem::path folder, QueueLimits limits) {
  Queue queue(std::move(folder), limits);
  BARTIZAN_TRY(queue.load());
  return queue;
}

Status Queue::load() {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) return Error{ErrorCode::kUnavailable, folder_.string() + ": " + error.message()};
  const std::filesystem::path state_path = folder_ / "queue.json";
  if (std::filesystem::exists(state_path, error)) {
    BARTIZAN_ASSIGN(const std::string text, read_file(state_path, kMaxStateBytes));
    BARTIZAN_ASSIGN(const json::object state, parse_json_object(text));
    acknowledged_ = get_int(state, "acknowledged").value_or(0);
    last_ = std::max(acknowledged_, get_int(state, "last").value_or(0));
    dropped_ = get_int(state, "dropped").value_or(0);
  }
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    if (entry.path().extension() == ".segment") paths.push_back(entry.path());
  }
  if (error) return Error{ErrorCode::kUnavailable, folder_.string() + ": " + error.message()};
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) BARTIZAN_TRY(load_segment(path));
  return {};
}

Status Queue::load_segment(const std::filesystem::path& path) {
  Segment segment{.path = path};
  BARTIZAN_ASSIGN(const std::string bytes,
                  read_file(path, limits_.segment_bytes + kHeaderBytes + kMaxRecordBytes));
  ByteReader reader(as_bytes(bytes));
  while (const auto payload = next_record(reader)) {
    const auto observation = read_observation(*payload);
    if (!observation.ok()) break;
    segment.sequences.push_back(observation->sequence);
    segment.bytes = reader.position();
    last_ = std::max(last_, observation->sequence);
  }
  if (segment.bytes < bytes.size()) {
    log::warn("cut off a record that was not written whole",
              {{"segment", path.filename().string()},
               {"bytes", std::to_string(bytes.size() - segment.bytes)}});
    if (::truncate(path.c_str(), static_cast<off_t>(segment.bytes)) != 0) return unavailable(path);
  }
  if (segment.sequences.empty() || segment.sequences.back() <= acknowledged_) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  } else {
    segments_.push_back(std::move(segment));
  }
  return {};
}

Status Queue::begin_segment() {
  if (descriptor_ >= 0) ::close(descriptor_);
  // Twenty digits keep the names in the order of the numbers.
  std::string name = std::to_string(next_sequence());
  name.insert(0, 20 - name.size(), '0');
  const std::filesystem::path path = folder_ / (name + ".segment");
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor_ < 0) return unavailable(path);
  segments_.push_back({.path = path});
  const int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);  // or the file's name could be lost although its content is safe
    ::close(folder);
  }
  return {};
}

Status Queue::write_record(const std::string& record) {
  Segment& segment = segments_.back();
  std::string_view rest = record;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (!rest.empty() || ::fdatasync(descriptor_) != 0) {
    const Error error = unavailable(segment.path);
    // Half a record must not stand before the next one.
    if (::ftruncate(descriptor_, static_cast<off_t>(segment.bytes)) != 0) {
      ::close(std::exchange(descriptor_, -1));
    }
    return error;
  }
  segment.bytes += record.size();
  return {};
}

Status Queue::append(const Observation& observation) {
  assert(observation.sequence == next_sequence());
  const std::string payload = json::serialize(to_json(observation));
  std::string record;
  record.reserve(kHeaderBytes + payload.size());
  put_u32(record, static_cast<std::uint32_t>(payload.size()));
  put_u32(record, crc32(payload));
  record += payload;

  const auto write = [&]() -> Status {
    if (payload.size() > kMaxRecordBytes) {
      return Error{ErrorCode::kLimit, "the observation is too large to queue"};
    }
    if (descriptor_ < 0 || segments_.empty() || segments_.back().bytes >= limits_.segment_bytes) {
      BARTIZAN_TRY(begin_segment());
    }
    return write_record(record);
  };
  const Status written = write();
  last_ = observation.sequence;
  if (!written.ok()) {
    ++dropped_;
    (void)save_state();  // the number is used even if the disk does not take this either
    return written;
  }
  segments_.back().sequences.push_back(observation.sequence);
  std::size_t total = 0;
  for (const Segment& segment : segments_) total += segment.bytes;
  while (total > limits_.max_bytes && segments_.size() > 1) {
    total -= segments_.front().bytes;
    drop_oldest_segment();
  }
  return {};
}

void Queue::drop_oldest_segment() {
  const Segment& oldest = segments_.front();
  const auto waiting =
      std::count_if(oldest.sequences.begin(), oldest.sequences.end(),
                    [&](std::int64_t sequence) { return sequence > acknowledged_; });
  dropped_ += waiting;
  log::warn("the queue is full: the oldest observations were dropped",
            {{"count", std::to_string(waiting)}});
  std::error_code ignored;
  std::filesystem::remove(oldest.path, ignored);
  segments_.pop_front();
  if (const Status saved = save_state(); !saved.ok()) {
    log::error("the queue's state cannot be written", {{"reason", saved.error().message}});
  }
}

Result<std::vector<Observation>> Queue::peek(std::size_t max_count, std::size_t max_bytes) const {
  std::vector<Observation> out;
  std::size_t total = 0;
  for (const Segment& segment : segments_) {
    if (segment.sequences.empty() || segment.sequences.back() <= acknowledged_) continue;
    BARTIZAN_ASSIGN(const MappedFile file, MappedFile::open(segment.path));
    ByteReader reader(file.bytes());
    while (const auto payload = next_record(reader)) {
      BARTIZAN_ASSIGN(Observation observation, read_observation(*payload));
      if (observation.sequence <= acknowledged_) continue;
      total += payload->size();
      if (out.size() == max_count || (total > max_bytes && !out.empty())) return out;
      out.push_back(std::move(observation));
    }
  }
  return out;
}

Status Queue::acknowledge(std::int64_t sequence) {
  if (sequence <= acknowledged_) return {};
  acknowledged_ = std::min(sequence, last_);
  BARTIZAN_TRY(save_state());
  while (!segments_.empty() && (segments_.front().sequences.empty() ||
                                segments_.front().sequences.back() <= acknowledged_)) {
    std::error_code ignored;
    std::filesystem::remove(segments_.front().path, ignored);
    segments_.pop_front();
    if (segments_.empty() && descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  return {};
}

std::size_t Queue::length() const {
  std::size_t waiting = 0;
  for (const Segment& segment : segments_) {
    waiting += static_cast<std::size_t>(
        std::count_if(segment.sequences.begin(), segment.sequences.end(),
                      [&](std::int64_t sequence) { return sequence > acknowledged_; }));
  }
  return waiting;
}

Status Queue::save_state() const {
  const json::object state{{"acknowledged", acknowledged_}, {"last", last_}, {"dropped", dropped_}};
  return write_file_durably(folder_ / "queue.json", json::serialize(state));
}

}  // namespace bartizan::agent
