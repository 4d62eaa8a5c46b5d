// The connectors of an installation, from connectors.json in its data folder (docs/connectors.md).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "connect/connector.h"

namespace bartizan::connect {

// What people may see of a connector: no secret, and of a URL neither path nor query, which often
// hold one.
struct ConnectorDescription {
  std::string id;
  std::string kind;    // "syslog_tls", "webhook"
  std::string target;  // "siem.example:6514", "https://hooks.example"
};

struct ConfiguredConnector {
  ConnectorDescription description;
  std::unique_ptr<Connector> connector;
};

struct Identity {
  std::string host_name;  // of this server
  std::string product_version;
};

// None when the file does not exist. Unknown and repeated members, wrong types, unreadable
// certificates and secrets are errors that begin "FILE:LINE: ". Names of files are relative to the
// file's folder. The clock outlives the connectors.
Result<std::vector<ConfiguredConnector>> load_connectors(const std::filesystem::path& path,
                                                         const Identity& identity,
                                                         const Clock& clock);

}  // namespace bartizan::connect
