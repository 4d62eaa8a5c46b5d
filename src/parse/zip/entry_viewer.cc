#include "parse/zip/entry_viewer.h"

#include "parse/zip/inflate.h"

namespace bartizan::parse {

struct ZipEntryViewer::State {
  Decompressor decompressor;
  std::unique_ptr<std::uint8_t[]> buffer;
  std::size_t capacity = 0;

  std::span<std::uint8_t> room(std::size_t size) {
    if (size > capacity) {
      buffer.reset();  // before there are two
      buffer = std::make_unique_for_overwrite<std::uint8_t[]>(size);
      capacity = size;
    }
    return {buffer.get(), size};
  }
};

ZipEntryViewer::ZipEntryViewer(const ZipArchive& archive)
    : archive_(archive), state_(std::make_unique<State>()) {}
ZipEntryViewer::~ZipEntryViewer() = default;

ZipEntryView ZipEntryViewer::look_at(const ZipEntry& entry, std::size_t limit) {
  const EntryData data = data_of(archive_, entry);
  ZipEntryView out{.bytes = {}, .truncated = data.outside, .limit_reached = false};
  if (!entry.is_deflated()) {
    out.limit_reached = data.bytes.size() > limit;
    out.truncated |= out.limit_reached;
    out.bytes = data.bytes.first(std::min(data.bytes.size(), limit));
    return out;
  }
  const Inflated inflated = inflate(state_->decompressor, data.bytes, entry.size, limit,
                                    [this](std::size_t size) { return state_->room(size); });
  out.limit_reached = inflated.end == InflateEnd::kLimit;
  out.truncated |= inflated.end != InflateEnd::kWhole;
  out.bytes = Bytes(state_->buffer.get(), inflated.size);
  return out;
}

}  // namespace bartizan::parse
