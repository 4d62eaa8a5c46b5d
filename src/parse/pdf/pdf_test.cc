#include <gtest/gtest.h>
#include <libdeflate.h>

#include <string>

#include "parse/pdf/parser.h"

namespace bartizan::parse {
namespace {

std::string deflated(const std::string& text) {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
  std::string out(libdeflate_zlib_compress_bound(compressor, text.size()), '\0');
  out.resize(
      libdeflate_zlib_compress(compressor, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

std::string with_object_stream(const std::string& text) {
  const std::string data = deflated(text);
  return "%PDF-1.5\n7 0 obj <</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length " +
         std::to_string(data.size()) + ">>\nstream\r\n" + data + "\nendstream\nendobj\n";
}

TEST(PdfLinks, ReadsActionsInPlainObjects) {
  const PdfLinks read = read_pdf_links(as_bytes(
      "%PDF-1.4\n1 0 obj <</A <</S /URI /URI (https://a.example/x\\(1\\)?q=\\101)>> >> endobj\n"
      "2 0 obj <</S/URI/URI<68747470733a2f2f622e6578616d706c652f>>>\n"
      "3 0 obj <</S /URI /URI (https://a.example/x\\(1\\)?q=A)>>"));
  EXPECT_EQ(read.urls,
            (std::vector<std::string>{"https://a.example/x(1)?q=A", "https://b.example/"}));
  EXPECT_FALSE(read.truncated);
}

TEST(PdfLinks, LooksIntoObjectStreams) {
  const std::string pdf = with_object_stream("8 0 <</S /URI /URI (https://c.example/)>>");
  EXPECT_EQ(read_pdf_links(as_bytes(pdf)).urls, std::vector<std::string>{"https://c.example/"});
}

TEST(PdfLinks, StopsAtABomb) {
  const std::string pdf = with_object_stream(std::string(40 << 20, ' '));
  const PdfLinks read = read_pdf_links(as_bytes(pdf));
  EXPECT_TRUE(read.truncated);
  EXPECT_EQ(anomaly_ids(read.anomalies), std::vector<std::string>{"pdf.limit"});
}

TEST(PdfLinks, SaysWhatCannotBeReadAndWhatRuns) {
  const PdfLinks read = read_pdf_links(
      as_bytes("%PDF-1.4\n<</Encrypt 5 0 R /OpenAction <</S /JavaScript>>>> 1 0 obj <</Type/ObjStm"
               "/Filter/FlateDecode>>stream\nnot deflate"));
  EXPECT_EQ(anomaly_ids(read.anomalies),
            (std::vector<std::string>{"pdf.bad_stream", "pdf.encrypted", "pdf.javascript"}));
}

}  // namespace
}  // namespace bartizan::parse
