// Binary XML read as AOSP's ResXMLParser reads it (frameworks/base libs/androidfw
// ResourceTypes.cpp): what it tolerates is tolerated, and reported.
//
// Anomalies: axml.wrong_root_type axml.wrong_file_size axml.bad_chunk axml.unknown_chunk
// axml.second_string_pool axml.bad_string_pool axml.bad_string axml.unterminated_string
// axml.attribute_size axml.bad_attributes axml.depth axml.limit axml.after_root
// axml.attribute_name_lies axml.unbalanced axml.zero_size_chunk axml.duplicate_attribute
// axml.second_application axml.string_pool_flags axml.string_pool_styles axml.comment
// axml.attribute_order axml.raw_value_lies axml.value_size axml.undeclared_namespace
// axml.namespace_redeclared; of manifests also axml.attribute_without_name
// axml.attribute_without_id axml.unknown_attribute axml.markup_in_text
#pragma once

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/axml/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxAxmlBytes = 8 << 20;
inline constexpr std::size_t kMaxAxmlDepth = 64;
inline constexpr std::size_t kMaxAxmlNamespaces = 64;  // declared around one element
inline constexpr std::size_t kMaxAxmlElements = 200'000;
inline constexpr std::size_t kMaxAxmlText = 16 << 20;  // bytes of all decoded strings together

// kInvalid: no element could be read. Anything else is a document with anomalies.
Result<AxmlDocument> parse_axml(Bytes bytes);

// The facts of an AndroidManifest.xml; attributes go by resource id, as on the phone, save those
// few that the phone asks for by name. kInvalid:
// the root is not <manifest> or names no package.
Result<AndroidManifest> parse_manifest(Bytes bytes);

}  // namespace bartizan::parse
