// What waits to be sent, on disk: survives a crash at any point and never grows beyond its bound.
//
// Records are appended to segment files named by their first sequence number:
//   u32 length, u32 CRC-32 of the payload (both little-endian), payload: an observation as JSON
// `queue.json` beside them says up to which sequence number the server has everything. A segment
// whose records are all acknowledged is deleted. Whatever follows the last whole record of a
// segment was being written when the power went; it is cut off when the queue is opened.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/observation.h"

namespace bartizan::agent {

struct QueueLimits {
  std::size_t max_bytes = 16 << 20;       // beyond: the oldest segment is dropped
  std::size_t segment_bytes = 256 << 10;  // a new segment is begun after this
};

// One thread at a time.
class Queue {
 public:
  // Opens or makes the queue in `folder`. kUnavailable: the folder cannot be used.
  static Result<Queue> open(std::filesystem::path folder, QueueLimits limits = {});
  Queue(Queue&& other) noexcept;
  Queue& operator=(Queue&&) = delete;
  ~Queue();

  // The number the next observation must carry; from 1.
  std::int64_t next_sequence() const { return last_ + 1; }
  // On disk when this returns. `observation.sequence` must be next_sequence(). kUnavailable: it
  // could not be written (disk full); it counts as dropped and its number as used.
  Status append(const Observation& observation);
  // The oldest observations not acknowledged, in order; at most `max_count`, and at most
  // `max_bytes` of JSON but always one.
  Result<std::vector<Observation>> peek(std::size_t max_count, std::size_t max_bytes) const;
  // Everything up to `sequence` is settled.
  Status acknowledge(std::int64_t sequence);

  std::size_t length() const;                        // observations waiting
  std::int64_t dropped() const { return dropped_; }  // lost for want of space, ever

 private:
  struct Segment {
    std::filesystem::path path;
    std::size_t bytes = 0;
    std::vector<std::int64_t> sequences;  // of its whole records, ascending
  };

  Queue(std::filesystem::path folder, QueueLimits limits);
  Status load();
  Status load_segment(const std::filesystem::path& path);
  Status begin_segment();
  Status write_record(const std::string& record);
  void drop_oldest_segment();
  Status save_state() const;

  std::filesystem::path folder_;
  QueueLimits limits_;
  std::deque<Segment> segments_;  // the last is written to
  int descriptor_ = -1;           // of the last segment
  std::int64_t acknowledged_ = 0;
  std::int64_t last_ = 0;
  std::int64_t dropped_ = 0;
};

}  // namespace bartizan::agent
