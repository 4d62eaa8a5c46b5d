// The links of a PDF (ISO 32000-1, sections 12.5.6.5 and 12.6.4.7): URI actions in objects and in
// compressed object streams. Pages are not rendered and text is not read.
//
// Anomalies: pdf.encrypted pdf.javascript pdf.launch pdf.embedded_file pdf.bad_stream pdf.limit
#pragma once

#include <cstddef>

#include "base/byte_reader.h"
#include "parse/pdf/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxPdfUrls = 500;
inline constexpr std::size_t kMaxPdfUrlBytes = 8192;
inline constexpr std::size_t kMaxPdfStreams = 1000;            // object streams that are inflated
inline constexpr std::size_t kMaxPdfStreamBytes = 8 << 20;     // of one, inflated
inline constexpr std::size_t kMaxPdfInflatedBytes = 64 << 20;  // of all

// Never fails: what is no PDF has no links.
PdfLinks read_pdf_links(Bytes pdf);

}  // namespace bartizan::parse
