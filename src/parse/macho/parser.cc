#include "parse/macho/parser.h"

#include <algorithm>
#include <string>

#include "base/crypto.h"
#include "parse/macho/code_signature.h"

namespace bartizan::parse {
namespace {

constexpr std::uint32_t kMagic32 = 0xfeedface;
constexpr std::uint32_t kMagic64 = 0xfeedfacf;
constexpr std::uint32_t kFatMagic = 0xcafebabe;
constexpr std::uint32_t kFatMagic64 = 0xcafebabf;
// A Java class file has the magic of a universal file; its version, from 45 on, stands where the
// number of images does.
constexpr std::uint32_t kMostFatImages = 40;

// mach-o/loader.h; the high bit, which says that dyld must understand the command, included.
enum Command : std::uint32_t {
  kSegment = 0x1,
  kSymbolTable = 0x2,
  kLoadDylib = 0xc,
  kIdDylib = 0xd,
  kLoadWeakDylib = 0x80000018,
  kSegment64 = 0x19,
  kUuid = 0x1b,
  kRpath = 0x8000001c,
  kCodeSignatureCommand = 0x1d,
  kReexportDylib = 0x8000001f,
  kLazyLoadDylib = 0x20,
  kEncryptionInfo = 0x21,
  kLoadUpwardDylib = 0x80000023,
  kVersionMinMacos = 0x24,
  kVersionMinIos = 0x25,
  kEncryptionInfo64 = 0x2c,
  kVersionMinTvos = 0x2f,
  kVersionMinWatchos = 0x30,
  kBuildVersion = 0x32,
};

std::string_view platform_name(std::uint32_t platform) {
  switch (platform) {
    case 1:
      return "macos";
    case 2:
      return "ios";
    case 3:
      return "tvos";
    case 4:
      return "watchos";
    case 5:
      return "bridgeos";
    case 6:
      return "mac_catalyst";
    case 7:
      return "ios_simulator";
    case 8:
      return "tvos_simulator";
    case 9:
      return "watchos_simulator";
    case 11:
      return "visionos";
    case 12:
      return "visionos_simulator";
    default:
      return "other";
  }
}

// Sixteen bits and twice eight: 0x000f0400 is 15.4.
std::string version_text(std::uint32_t version) {
  std::string out = std::to_string(version >> 16) + "." + std::to_string(version >> 8 & 0xff);
  if (version & 0xff) out += "." + std::to_string(version & 0xff);
  return out;
}

// The zero-terminated text in `bytes` from `offset` on; nothing when it is outside or has no end.
std::optional<std::string_view> text_at(Bytes bytes, std::uint64_t offset) {
  if (offset >= bytes.size()) return std::nullopt;
  const std::string_view rest =
      as_text(bytes).substr(static_cast<std::size_t>(offset), kMaxMachoNameBytes);
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  return rest.substr(0, end);
}

class ImageReader {
 public:
  ImageReader(Bytes bytes, std::uint64_t offset, MachoFile& out)
      : bytes_(bytes), where_("image at offset " + std::to_string(offset)), out_(out) {
    image_.offset = offset;
    image_.size = bytes.size();
  }

  Result<MachoImage> run() {
    ByteReader reader(bytes_);
    BARTIZAN_ASSIGN(const std::uint32_t magic, reader.u32());
    if (magic != kMagic32 && magic != kMagic64)
      return Error{ErrorCode::kInvalid, "no Mach-O header"};
    image_.is_64 = magic == kMagic64;
    BARTIZAN_ASSIGN(image_.cpu_type, reader.u32());
    BARTIZAN_TRY(reader.skip(4));  // CPU subtype
    BARTIZAN_ASSIGN(image_.file_type, reader.u32());
    BARTIZAN_ASSIGN(const std::uint32_t count, reader.u32());
    BARTIZAN_ASSIGN(const std::uint32_t size, reader.u32());
    BARTIZAN_ASSIGN(image_.flags, reader.u32());
    constexpr std::uint32_t kPie = 0x200000;
    constexpr std::uint32_t kExecutable = 2;
    image_.position_independent = image_.file_type != kExecutable || (image_.flags & kPie) != 0;
    if (image_.is_64) BARTIZAN_TRY(reader.skip(4));
    read_commands(reader, count, size);
    read_signature();
    return std::move(image_);
  }

 private:
  void note(std::string_view id, std::string_view detail) {
    note_anomaly(out_.anomalies, id, where_, detail);
  }
  void fail(std::string_view id, std::string_view detail) {
    note(id, detail);
    out_.truncated = true;
  }

  void read_commands(ByteReader& reader, std::uint32_t count, std::uint32_t size) {
    if (size > reader.remaining()) fail("macho.bad_load_command", "they reach beyond the image");
    if (count > kMaxLoadCommands) {
      fail("macho.limit", std::to_string(count) + " load commands");
      count = kMaxLoadCommands;
    }
    ByteReader commands(
        bytes_.subspan(reader.position(), std::min<std::size_t>(size, reader.remaining())));
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::size_t start = commands.position();
      const Result<std::uint32_t> kind = commands.u32();
      const Result<std::uint32_t> length = commands.u32();
      const bool fits = kind.ok() && length.ok() && *length >= 8 && commands.seek(start).ok();
      const Result<Bytes> body = fits ? commands.take(*length) : Result<Bytes>(Error{});
      if (!body.ok())
        return fail("macho.bad_load_command", "command " + std::to_string(i) + " does not fit");
      const Status read = read_command(*kind, *body);
      if (!read.ok()) fail("macho.bad_load_command", read.error().message);
    }
    if (!commands.at_end()) note("macho.bad_load_command", "bytes behind the last command");
  }

  Status read_command(std::uint32_t kind, Bytes body) {
    ByteReader reader(body);
    BARTIZAN_TRY(reader.skip(8));
    switch (kind) {
      case kSegment:
      case kSegment64:
        return read_segment(reader, kind == kSegment64);
      case kSymbolTable:
        return read_symbols(reader);
      case kIdDylib:
      case kLoadDylib:
      case kLoadWeakDylib:
      case kReexportDylib:
      case kLazyLoadDylib:
      case kLoadUpwardDylib:
        return read_library(kind, body, reader);
      case kRpath:
        return read_rpath(body, reader);
      case kUuid: {
        BARTIZAN_ASSIGN(const Bytes uuid, reader.take(16));
        image_.uuid = hex(uuid);
        return {};
      }
      case kCodeSignatureCommand: {
        BARTIZAN_ASSIGN(const std::uint32_t offset, reader.u32());
        BARTIZAN_ASSIGN(const std::uint32_t size, reader.u32());
        BARTIZAN_ASSIGN(signature_, slice(bytes_, offset, size));
        return {};
      }
      case kEncryptionInfo:
      case kEncryptionInfo64:
        return read_encryption(reader);
      case kVersionMinMacos:
        return read_min_os("macos", reader);
      case kVersionMinIos:
        return read_min_os("ios", reader);
      case kVersionMinTvos:
        return read_min_os("tvos", reader);
      case kVersionMinWatchos:
        return read_min_os("watchos", reader);
      case kBuildVersion: {
        BARTIZAN_ASSIGN(const std::uint32_t platform, reader.u32());
        return read_min_os(platform_name(platform), reader);
      }
      default:
        return {};
    }
  }

  Status read_segment(ByteReader& reader, bool wide) {
    constexpr std::uint32_t kWrite = 2;
    constexpr std::uint32_t kExecute = 4;
    BARTIZAN_ASSIGN(const Bytes name, reader.take(16));
    BARTIZAN_TRY(reader.skip(wide ? 16 : 8));  // address and size in memory
    std::uint64_t range[2];
    for (std::uint64_t& value : range) {
      if (wide) {
        BARTIZAN_ASSIGN(value, reader.u64());
      } else {
        BARTIZAN_ASSIGN(value, reader.u32());
      }
    }
    BARTIZAN_TRY(reader.skip(4));  // the most that may be allowed later
    BARTIZAN_ASSIGN(const std::uint32_t protection, reader.u32());
    const std::string_view text = as_text(name).substr(0, as_text(name).find('\0'));
    if (!slice(bytes_, range[0], range[1]).ok())
      fail("macho.bad_segment", std::string(text) + " is not in the image");
    if ((protection & kWrite) && (protection & kExecute)) {
      image_.writable_code = true;
      note("macho.writable_code", std::string(text) + " is writable and executable");
    }
    return {};
  }

  Status read_library(std::uint32_t kind, Bytes body, ByteReader& reader) {
    BARTIZAN_ASSIGN(const std::uint32_t offset, reader.u32());
    const std::optional<std::string_view> path = text_at(body, offset);
    if (!path) return Error{ErrorCode::kInvalid, "a library without a name"};
    if (kind == kIdDylib) {
      image_.install_name = *path;
      return {};
    }
    MachoLoad load = MachoLoad::kRequired;
    if (kind == kLoadWeakDylib) load = MachoLoad::kWeak;
    if (kind == kReexportDylib) load = MachoLoad::kReexported;
    if (kind == kLazyLoadDylib) load = MachoLoad::kLazy;
    if (kind == kLoadUpwardDylib) load = MachoLoad::kUpward;
    image_.libraries.push_back({.path = *path, .load = load});
    return {};
  }

  Status read_rpath(Bytes body, ByteReader& reader) {
    BARTIZAN_ASSIGN(const std::uint32_t offset, reader.u32());
    const std::optional<std::string_view> path = text_at(body, offset);
    if (!path) return Error{ErrorCode::kInvalid, "a run path without a name"};
    image_.rpaths.push_back(*path);
    return {};
  }

  Status read_encryption(ByteReader& reader) {
    MachoEncryption encryption;
    BARTIZAN_ASSIGN(encryption.offset, reader.u32());
    BARTIZAN_ASSIGN(encryption.size, reader.u32());
    BARTIZAN_ASSIGN(encryption.id, reader.u32());
    image_.encryption = encryption;
    return {};
  }

  Status read_min_os(std::string_view platform, ByteReader& reader) {
    BARTIZAN_ASSIGN(const std::uint32_t version, reader.u32());
    image_.platform = platform;
    image_.min_os = version_text(version);
    return {};
  }

  Status read_symbols(ByteReader& reader) {
    BARTIZAN_ASSIGN(const std::uint32_t symbols_offset, reader.u32());
    BARTIZAN_ASSIGN(const std::uint32_t stated, reader.u32());
    BARTIZAN_ASSIGN(const std::uint32_t strings_offset, reader.u32());
    BARTIZAN_ASSIGN(const std::uint32_t strings_size, reader.u32());
    const std::size_t item = image_.is_64 ? 16 : 12;
    const std::uint32_t count =
        static_cast<std::uint32_t>(std::min<std::size_t>(stated, kMaxMachoSymbols));
    if (count < stated) fail("macho.limit", std::to_string(stated) + " symbols");
    const Result<Bytes> symbols = slice(bytes_, symbols_offset, std::uint64_t{count} * item);
    const Result<Bytes> strings = slice(bytes_, strings_offset, strings_size);
    if (!symbols.ok() || !strings.ok()) {
      fail("macho.bad_symbol_table", "not in the image");
      return {};
    }
    for (std::size_t i = 0; i < count; ++i) take_symbol(symbols->subspan(i * item, item), *strings);
    return {};
  }

  void take_symbol(Bytes symbol, Bytes strings) {
    // mach-o/nlist.h: no debugging entry, undefined, external.
    constexpr std::uint8_t kDebugging = 0xe0;
    constexpr std::uint8_t kTypeMask = 0x0e;
    constexpr std::uint8_t kExternal = 0x01;
    ByteReader reader(symbol);
    const std::uint32_t name = reader.u32().value_or(0);
    const std::uint8_t type = reader.u8().value_or(0);
    if ((type & kDebugging) || (type & kTypeMask) || !(type & kExternal)) return;
    const std::optional<std::string_view> text = text_at(strings, name);
    if (text) {
      image_.imports.push_back(*text);
    } else {
      note("macho.bad_string", "the name of a symbol is outside its table");
    }
  }

  void read_signature() {
    if (signature_.empty()) return note("macho.no_signature", "no code signature");
    image_.signature = read_code_signature(bytes_, signature_, out_.anomalies);
  }

  Bytes bytes_;
  std::string where_;
  MachoFile& out_;
  Bytes signature_;
  MachoImage image_;
};

struct Slice {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

Result<std::uint64_t> u64_be(ByteReader& reader) {
  BARTIZAN_ASSIGN(const std::uint32_t high, reader.u32_be());
  BARTIZAN_ASSIGN(const std::uint32_t low, reader.u32_be());
  return std::uint64_t{high} << 32 | low;
}

Result<Slice> read_slice(ByteReader& reader, bool wide) {
  Slice out;
  BARTIZAN_TRY(reader.skip(8));  // CPU type and subtype, which the image repeats
  if (wide) {
    BARTIZAN_ASSIGN(out.offset, u64_be(reader));
    BARTIZAN_ASSIGN(out.size, u64_be(reader));
    BARTIZAN_TRY(reader.skip(8));  // alignment, reserved
    return out;
  }
  BARTIZAN_ASSIGN(out.offset, reader.u32_be());
  BARTIZAN_ASSIGN(out.size, reader.u32_be());
  BARTIZAN_TRY(reader.skip(4));
  return out;
}

// Images that share bytes would each be read in full: only those that begin behind the last.
Result<MachoFile> parse_fat(Bytes bytes, bool wide) {
  MachoFile out;
  ByteReader reader(bytes);
  BARTIZAN_TRY(reader.skip(4));
  BARTIZAN_ASSIGN(const std::uint32_t count, reader.u32_be());
  if (count > kMaxMachoImages) {
    note_anomaly(out.anomalies, "macho.limit", "header", std::to_string(count) + " images");
    out.truncated = true;
  }
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(count, kMaxMachoImages); ++i) {
    const std::string where = "image " + std::to_string(i);
    const Result<Slice> part = read_slice(reader, wide);
    const Result<Bytes> image =
        part.ok() ? slice(bytes, part->offset, part->size) : Result<Bytes>(part.error());
    if (!image.ok()) {
      note_anomaly(out.anomalies, "macho.bad_slice", where, image.error().message);
      out.truncated = true;
      continue;
    }
    if (part->offset < end) {
      note_anomaly(out.anomalies, "macho.overlapping_slices", where, "shares bytes with another");
      out.truncated = true;
      continue;
    }
    end = part->offset + part->size;
    Result<MachoImage> read = ImageReader(*image, part->offset, out).run();
    if (read.ok()) {
      out.images.push_back(std::move(read).value());
    } else {
      note_anomaly(out.anomalies, "macho.bad_slice", where, read.error().message);
      out.truncated = true;
    }
  }
  return out;
}

}  // namespace

bool looks_like_macho(Bytes bytes) {
  ByteReader reader(bytes);
  const std::uint32_t magic = reader.u32_be().value_or(0);
  if (magic == kFatMagic || magic == kFatMagic64) {
    const std::uint32_t count = reader.u32_be().value_or(0);
    return count > 0 && count < kMostFatImages;
  }
  return magic == 0xcefaedfe || magic == 0xcffaedfe || magic == kMagic32 || magic == kMagic64;
}

Result<MachoFile> parse_macho(Bytes bytes) {
  if (!looks_like_macho(bytes)) return Error{ErrorCode::kInvalid, "no Mach-O header"};
  const std::uint32_t magic = ByteReader(bytes).u32_be().value_or(0);
  if (magic == kMagic32 || magic == kMagic64)
    return Error{ErrorCode::kUnsupported, "a big-endian Mach-O file"};
  if (magic == kFatMagic || magic == kFatMagic64) return parse_fat(bytes, magic == kFatMagic64);
  MachoFile out;
  BARTIZAN_ASSIGN(MachoImage image, ImageReader(bytes, 0, out).run());
  out.images.push_back(std::move(image));
  return out;
}

}  // namespace bartizan::parse
