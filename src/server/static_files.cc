#include "server/static_files.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/crypto.h"
#include "base/file.h"
#include "server/answer.h"

namespace bartizan::server {
namespace {

constexpr std::size_t kMaxFile = 16 << 20;

constexpr auto kTypes = std::to_array<std::pair<std::string_view, std::string_view>>({
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".txt", "text/plain; charset=utf-8"},
});

constexpr std::string_view kNotBuilt =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Bartizan</title>"
    "<h1>The server runs; its console is not built</h1>"
    "<p>Build it with <code>./dev run</code>, or in the source folder with "
    "<code>cd console &amp;&amp; npm ci &amp;&amp; npm run build</code>, then put "
    "<code>console/dist</code> beside the program as <code>console</code> or name it with "
    "<code>bartizan serve --console DIR</code>.</p>"
    "<p>The API works without it: see <code>src/server/openapi.yaml</code>.</p></html>";

std::string_view type_of(const std::filesystem::path& file) {
  const std::string extension = file.extension().string();
  for (const auto& [known, type] : kTypes) {
    if (known == extension) return type;
  }
  return "application/octet-stream";
}

// Hidden files and whatever a link leads out of the folder to are not the console's.
bool lies_within(const std::filesystem::path& folder, const std::filesystem::path& file) {
  std::error_code error;
  const auto real = std::filesystem::canonical(file, error);
  if (error) return false;
  const auto relative = real.lexically_relative(folder);
  if (relative.empty()) return false;
  for (const auto& part : relative) {
    if (part.string().starts_with(".")) return false;
  }
  return std::filesystem::is_regular_file(real, error);
}

net::Response not_built() {
  return {.status = 200,
          .headers = {{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-store"}},
          .body = std::string(kNotBuilt)};
}

}  // namespace

StaticFiles::StaticFiles(std::filesystem::path folder) {
  std::error_code error;
  folder_ = std::filesystem::canonical(folder, error);
  present_ = !error && std::filesystem::is_regular_file(folder_ / "index.html", error);
}

net::Response StaticFiles::serve(const net::Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    net::Response response = problem(405, "method_not_allowed", "Use GET.");
    response.headers.push_back({"Allow", "GET, HEAD"});
    return response;
  }
  if (!present_) return not_built();
  const std::string_view name = std::string_view(request.path).substr(1);
  std::filesystem::path file = folder_ / "index.html";
  if (!name.empty()) {
    const std::filesystem::path named = folder_ / name;
    const bool is_file = name.find('\0') == std::string_view::npos && lies_within(folder_, named);
    // A last segment with a dot asks for a file, anything else for a page of the console.
    const std::string_view last = name.substr(name.rfind('/') + 1);
    if (is_file) {
      file = named;
    } else if (last.find('.') != std::string_view::npos) {
      return problem(404, "not_found", "The console has no such file.");
    }
  }
  auto content = read_file(file, kMaxFile);
  if (!content) return problem(404, "not_found", "The console has no such file.");
  // Names under assets/ carry a digest of their content; everything else is asked for again.
  const bool immutable = name.starts_with("assets/");
  const std::string etag = "\"" + sha256_hex(as_bytes(*content)).substr(0, 32) + "\"";
  net::Response response{
      .status = 200,
      .headers = {{"Content-Type", std::string(type_of(file))},
                  {"Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache"},
                  {"ETag", etag}},
      .body = std::move(*content)};
  if (const auto known = request.header("if-none-match"); known && *known == etag) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

}  // namespace bartizan::server
