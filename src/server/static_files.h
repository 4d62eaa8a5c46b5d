// The console: files of one folder, served to whoever reaches the people's listener (the pages hold
// no data; the API does).
#pragma once

#include <filesystem>

#include "net/http.h"

namespace bartizan::server {

class StaticFiles {
 public:
  // A folder without index.html is as good as none: a plain page then says how to build one.
  explicit StaticFiles(std::filesystem::path folder);

  // Addresses of the console's own router, which name no file, get index.html.
  net::Response serve(const net::Request& request) const;

  bool present() const { return present_; }

 private:
  std::filesystem::path folder_;
  bool present_ = false;
};

}  // namespace bartizan::server
