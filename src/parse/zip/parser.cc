#include "parse/zip/parser.h"

#include <algorithm>
#include <optional>
#include <string>
#include "parse/zip/layout.h"
#include "parse/zip/names.h"

namespace bartizan::parse {
namespace {

constexpr std::string_view kLocalSignature("PK\3\4", 4);
constexpr std::string_view kCentralSignature("PK\1\2", 4);
constexpr std::string_view kEndSignature("PK\5\6", 4);
constexpr std::string_view kEndLocator64("PK\6\7", 4);
constexpr std::string_view kEndSignature64("PK\6\6", 4);
constexpr std::size_t kEndLocator64Size = 20;
constexpr std::size_t kEndRecord64Size = 56;
constexpr std::uint16_t kExtra64 = 0x0001;
constexpr std::uint32_t kIn64 = 0xffffffff;  // "see the 64-bit field"
constexpr std::size_t kLocalHeaderSize = 30;
constexpr std::size_t kCentralHeaderSize = 46;
constexpr std::size_t kEndRecordSize = 22;
constexpr std::size_t kMaxComment = 65535;
constexpr std::uint16_t kEncryptedFlag = 1;
constexpr std::uint16_t kDataDescriptorFlag = 8;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;

std::uint16_t get_u16(std::string_view text, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>(text[at]) |
                                    static_cast<std::uint8_t>(text[at + 1]) << 8);
}
std::uint32_t get_u32(std::string_view text, std::size_t at) {
  return get_u16(text, at) | std::uint32_t{get_u16(text, at + 2)} << 16;
}
std::uint64_t get_u64(std::string_view text, std::size_t at) {
  return get_u32(text, at) | std::uint64_t{get_u32(text, at + 4)} << 32;
}

struct EndRecord {
  std::uint64_t offset;
  std::uint64_t entries;
  std::uint64_t directory_size;
  std::uint64_t directory_offset;
  std::uint16_t comment_size;
  bool several_disks;
};

EndRecord read_end_record(std::string_view file, std::size_t at) {
  const bool several_disks = get_u16(file, at + 4) != 0 || get_u16(file, at + 6) != 0 ||
                             get_u16(file, at + 8) != get_u16(file, at + 10);
  return {.offset = at,
          .entries = get_u16(file, at + 10),
          .directory_size = get_u32(file, at + 12),
          .directory_offset = get_u32(file, at + 16),
          .comment_size = get_u16(file, at + 20),
          .several_disks = several_disks};
}

// The last record whose comment reaches exactly to the end of the file, or else the last one.
std::optional<EndRecord> find_end_record(std::string_view file) {
  if (file.size() < kEndRecordSize) return std::nullopt;
  const std::size_t lowest = file.size() - std::min(file.size(), kEndRecordSize + kMaxComment);
  std::optional<EndRecord> last;
  std::size_t at = file.rfind(kEndSignature, file.size() - kEndRecordSize);
  while (at != std::string_view::npos && at >= lowest) {
    const EndRecord record = read_end_record(file, at);
    if (at + kEndRecordSize + record.comment_size == file.size()) return record;
    if (!last) last = record;
    if (at == 0) break;
    at = file.rfind(kEndSignature, at - 1);
  }
  return last;
}

class Parser {
 public:
  explicit Parser(Bytes bytes) : file_(as_text(bytes)) { archive_.bytes = bytes; }

  Result<ZipArchive> parse() {
    std::optional<EndRecord> end = find_end_record(file_);
    if (!end && !file_.starts_with(kLocalSignature))
      return Error{ErrorCode::kInvalid, "not a ZIP archive: no end of central directory record"};
    if (end && !file_.starts_with(kLocalSignature) && end->entries > 0)
      note("zip.prepended_data", "offset 0", "the file does not start with a local file header");
    if (end) {
      widen(*end);
      use_end_record(*end);
      check_layout(archive_, local_offsets_);
    } else {
      note("zip.no_end_record", "end of file", "cut off; entries recovered from local headers");
      archive_.truncated = true;
      walk_local_headers();
    }
    return std::move(archive_);
  }

 private:
  void note(std::string_view id, std::string_view where, std::string_view detail) {
    note_anomaly(archive_.anomalies, id, where, detail);
  }

  // Takes from the 64-bit record what the 32-bit one says lies there.
  void widen(EndRecord& end) {
    if (end.directory_offset != kIn64 && end.directory_size != kIn64 && end.entries != 0xffff)
      return;
    note("zip.zip64", "end record", "64-bit sizes, which package files do not need");
    if (end.offset < kEndLocator64Size ||
        !has_signature(end.offset - kEndLocator64Size, kEndLocator64))
      return;
    const std::uint64_t at = get_u64(file_, end.offset - kEndLocator64Size + 8);
    if (at > end.offset || end.offset - at < kEndRecord64Size ||
        !has_signature(at, kEndSignature64))
      return note("zip.bad_end_record", "end record", "no 64-bit record at " + std::to_string(at));
    end.entries = get_u64(file_, at + 32);
    end.directory_size = get_u64(file_, at + 40);
    end.directory_offset = get_u64(file_, at + 48);
  }

  void use_end_record(const EndRecord& end) {
    archive_.has_end_record = true;
    archive_.end_record_offset = end.offset;
    const std::uint64_t stated_end = end.offset + kEndRecordSize + end.comment_size;
    if (stated_end < file_.size())
      note("zip.trailing_data", "offset " + std::to_string(stated_end),
           std::to_string(file_.size() - stated_end) + " bytes after the end record");
    if (stated_end > file_.size())
      note("zip.bad_directory", "end record", "its comment reaches beyond the file");
    check_comment(end);

    std::uint64_t start = end.directory_offset;
    if (end.several_disks)
      note("zip.bad_end_record", "end record", "says that there are several disks or counts");
    if (end.entries > 0 && !has_signature(start, kCentralSignature) &&
        end.directory_size <= end.offset &&
        has_signature(end.offset - end.directory_size, kCentralSignature)) {
      start = end.offset - end.directory_size;
      shift_ = start - std::min<std::uint64_t>(start, end.directory_offset);
      note("zip.prepended_data", "end record",
           "offsets are off by " + std::to_string(shift_) + " bytes");
    }
    if (start > end.offset || end.directory_size > end.offset - start)
      note("zip.bad_directory", "end record", "the central directory overlaps the end record");
    archive_.central_directory_offset = std::min<std::uint64_t>(start, end.offset);
    archive_.central_directory_size =
        std::min<std::uint64_t>(end.directory_size, end.offset - archive_.central_directory_offset);
    look_for_further_end_records(end);
    walk_central_directory(start, end);
    if (archive_.entries.empty() && end.entries > 0) walk_local_headers();
  }

  // Neither build tools nor signers write a comment, which no v1 signature covers, save apksigner
  // --align-file-size: zero bytes up to a whole page.
  void check_comment(const EndRecord& end) {
    constexpr std::size_t kPage = 4096;
    const std::string_view comment = file_.substr(end.offset + kEndRecordSize, end.comment_size);
    const bool pads = file_.size() % kPage == 0 && comment.size() < kPage &&
                      comment.find_first_not_of('\0') == std::string_view::npos;
    if (!comment.empty() && !pads)
      note("zip.comment", "end record",
           std::to_string(comment.size()) + " bytes: " + std::string(comment.substr(0, 40)));
  }

  void look_for_further_end_records(const EndRecord& end) {
    std::size_t at = archive_.central_directory_offset + archive_.central_directory_size;
    while ((at = file_.find(kEndSignature, at)) != std::string_view::npos) {
      if (at != end.offset) {
        note("zip.multiple_end_records", "offset " + std::to_string(at),
             "another end record than the one at " + std::to_string(end.offset));
        return;
      }
      ++at;
    }
  }

  bool has_signature(std::uint64_t at, std::string_view signature) const {
    return at <= file_.size() && file_.substr(at).starts_with(signature);
  }

  void walk_central_directory(std::uint64_t at, const EndRecord& end) {
    for (std::uint64_t index = 0; index < end.entries; ++index) {
      if (archive_.entries.size() >= kMaxZipEntries) return too_many();
      if (!has_signature(at, kCentralSignature)) {
        // A length field lied by a few bytes: the next record is where its signature is.
        const std::size_t next =
            at < end.offset ? file_.find(kCentralSignature, back_up(at)) : std::string_view::npos;
        note("zip.bad_directory", "record " + std::to_string(index),
             "no central directory signature at offset " + std::to_string(at));
        if (next == std::string_view::npos || next >= end.offset) {
          archive_.truncated = true;
          return;
        }
        at = next;
      }
      if (file_.size() - at < kCentralHeaderSize) {
        archive_.truncated = true;
        note("zip.bad_directory", "record " + std::to_string(index), "cut off");
        return;
      }
      at = add_central_record(at);
    }
    if (at < end.offset && has_signature(at, kCentralSignature))
      note("zip.hidden_entries", "offset " + std::to_string(at),
           "more records than the " + std::to_string(end.entries) + " counted");
  }

  void too_many() {
    archive_.truncated = true;
    note("zip.limit", "central directory", "more entries than are read");
  }

  // A record stated one byte too long hides the start of the next signature.
  std::size_t back_up(std::uint64_t at) const {
    const std::uint64_t by = std::min<std::uint64_t>(at - last_record_end_min_, 64);
    return static_cast<std::size_t>(at - by);
  }

  // Returns where the record says the next one is.
  std::uint64_t add_central_record(std::uint64_t at) {
    const std::string_view record = file_.substr(at);
    const std::size_t name_size = get_u16(record, 28);
    const std::uint64_t name_end = at + kCentralHeaderSize + name_size;
    last_record_end_min_ = std::min<std::uint64_t>(name_end, file_.size());
    if (name_end > file_.size()) {
      archive_.truncated = true;
      note("zip.bad_directory", "offset " + std::to_string(at), "the name reaches past the file");
      return file_.size();
    }
    ZipEntry entry{.name = std::string(record.substr(kCentralHeaderSize, name_size)),
                   .flags = get_u16(record, 8),
                   .method = get_u16(record, 10),
                   .crc32 = get_u32(record, 16),
                   .compressed_size = get_u32(record, 20),
                   .size = get_u32(record, 24)};
    std::uint64_t local_offset = get_u32(record, 42);
    const std::size_t extra_size = get_u16(record, 30);
    if (file_.size() - name_end >= extra_size)
      widen(entry, local_offset, file_.substr(name_end, extra_size));
    add_entry(std::move(entry), local_offset + shift_);
    return name_end + get_u16(record, 30) + get_u16(record, 32);
  }

  // The 64-bit values that an extra field has for those fields that say so, in this order.
  void widen(ZipEntry& entry, std::uint64_t& local_offset, std::string_view extra) {
    if (entry.size != kIn64 && entry.compressed_size != kIn64 && local_offset != kIn64) return;
    while (extra.size() >= 4) {
      const std::size_t size = std::min<std::size_t>(get_u16(extra, 2), extra.size() - 4);
      std::string_view values = extra.substr(4, size);
      if (get_u16(extra, 0) == kExtra64) {
        note("zip.zip64", entry.name, "64-bit sizes, which package files do not need");
        for (std::uint64_t* field : {&entry.size, &entry.compressed_size, &local_offset}) {
          if (*field != kIn64 || values.size() < 8) continue;
          *field = get_u64(values, 0);
          values.remove_prefix(8);
        }
        return;
      }
      extra.remove_prefix(4 + size);
    }
  }

  void add_entry(ZipEntry entry, std::uint64_t local_offset) {
    names_.add(entry.name, archive_.anomalies);
    if (entry.flags & kEncryptedFlag)
      note("zip.encrypted_flag", entry.name, "marked as encrypted; Android ignores the mark");
    if (entry.method != kStored && entry.method != kDeflated)
      note("zip.unknown_method", entry.name,
           "compression method " + std::to_string(entry.method) + ", which Android does not know");
    if (entry.method == kStored && entry.size != entry.compressed_size)
      note(
          "zip.stored_sizes_differ", entry.name,
          std::to_string(entry.compressed_size) + " bytes stored as " + std::to_string(entry.size));
    compare_with_local_header(entry, local_offset);
    local_offsets_.push_back(local_offset);
    archive_.entries.push_back(std::move(entry));
  }

  void compare_with_local_header(ZipEntry& entry, std::uint64_t at) {
    entry.data_offset = file_.size();
    if (!has_signature(at, kLocalSignature) || file_.size() - at < kLocalHeaderSize) {
      note("zip.bad_local_header", entry.name, "none at offset " + std::to_string(at));
      return;
    }
    const std::string_view header = file_.substr(at);
    const std::size_t name_size = get_u16(header, 26);
    entry.data_offset = at + kLocalHeaderSize + name_size + get_u16(header, 28);
    const std::string_view local_name = header.substr(kLocalHeaderSize, name_size);
    if (local_name != entry.name)
      note("zip.name_mismatch", entry.name,
           "the local header says " + std::string(local_name.substr(0, 100)));
    if (get_u16(header, 8) != entry.method)
      note("zip.method_mismatch", entry.name,
           "method " + std::to_string(entry.method) + " in the directory, " +
               std::to_string(get_u16(header, 8)) + " in the local header");
    if (get_u16(header, 6) & kEncryptedFlag && !(entry.flags & kEncryptedFlag))
      note("zip.encrypted_flag", entry.name, "marked as encrypted in the local header alone");
    compare_flags(entry, get_u16(header, 6));
    if (get_u16(header, 6) & kDataDescriptorFlag) return;  // sizes and CRC follow the data
    if (get_u32(header, 18) != entry.compressed_size || get_u32(header, 22) != entry.size)
      note("zip.size_mismatch", entry.name,
           "sizes " + std::to_string(entry.compressed_size) + "/" + std::to_string(entry.size) +
               " in the directory, " + std::to_string(get_u32(header, 18)) + "/" +
               std::to_string(get_u32(header, 22)) + " in the local header");
    if (get_u32(header, 14) != entry.crc32)
      note("zip.crc_mismatch_header", entry.name, "directory and local header disagree");
  }

  void compare_flags(const ZipEntry& entry, std::uint16_t local) {
    // Bits 1 and 2 tell how hard the compressor tried.
    constexpr std::uint16_t kOfNoConsequence = 0x0006;
    const auto differing =
        static_cast<std::uint16_t>((entry.flags ^ local) & ~kOfNoConsequence & ~kEncryptedFlag);
    if (differing != 0)
      note("zip.flags_mismatch", entry.name,
           "flags " + std::to_string(entry.flags) + " in the directory, " + std::to_string(local) +
               " in the local header");
  }

  // For a file whose directory is gone: every local header, in file order.
  void walk_local_headers() {
    std::size_t at = 0;
    while (archive_.entries.size() < kMaxZipEntries &&
           (at = file_.find(kLocalSignature, at)) != std::string_view::npos &&
           file_.size() - at >= kLocalHeaderSize) {
      const std::string_view header = file_.substr(at);
      const std::size_t name_size = get_u16(header, 26);
      ZipEntry entry{.name = std::string(header.substr(kLocalHeaderSize, name_size)),
                     .flags = get_u16(header, 6),
                     .method = get_u16(header, 8),
                     .crc32 = get_u32(header, 14),
                     .compressed_size = get_u32(header, 18),
                     .size = get_u32(header, 22),
                     .data_offset = at + kLocalHeaderSize + name_size + get_u16(header, 28)};
      if (entry.data_offset > file_.size()) return;
      if (entry.flags & kDataDescriptorFlag && entry.compressed_size == 0) {
        const std::size_t next = file_.find(std::string_view("PK\7\10", 4), entry.data_offset);
        entry.compressed_size = std::min(next, file_.size()) - entry.data_offset;
        if (next != std::string_view::npos && file_.size() - next >= 16) {
          entry.crc32 = get_u32(file_, next + 4);
          entry.size = get_u32(file_, next + 12);
        }
      }
      at = static_cast<std::size_t>(
          std::min<std::uint64_t>(entry.data_offset + entry.compressed_size, file_.size()));
      archive_.entries.push_back(std::move(entry));
    }
  }

  std::string_view file_;
  ZipArchive archive_;
  std::uint64_t shift_ = 0;
  std::uint64_t last_record_end_min_ = 0;
  std::vector<std::uint64_t> local_offsets_;  // of the entries' local headers
  EntryNames names_;
};

}  // namespace

const ZipEntry* ZipArchive::find(std::string_view name) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const ZipEntry& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

Result<ZipArchive> parse_zip(Bytes bytes) { return Parser(bytes).parse(); }

}  // namespace bartizan::parse
