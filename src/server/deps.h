// What the server is made of: the composition root builds these (serve.cc, tests) and every route
// is handed them. Nothing here is owned.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/time.h"
#include "intel/content.h"
#include "server/accounts.h"
#include "server/action_waiters.h"
#include "server/app_scans.h"
#include "server/certificate_authority.h"
#include "server/ingest.h"
#include "server/metrics.h"
#include "server/policy_set.h"
#include "store/store.h"

namespace bartizan::server {

// A configured connector, as people see it.
struct ConnectorInfo {
  std::string id;
  std::string kind;    // "syslog", "webhook"
  std::string target;  // host and port; never a secret
};

// Where phones find the server.
struct PublicAddresses {
  std::string devices_url;  // "https://mtd.example:8444"
  std::string enrol_url;    // "https://mtd.example:8445"
};

struct Deps {
  store::Store& store;
  const Clock& clock;
  Random& random;
  Accounts& accounts;
  CertificateAuthority& authority;
  std::shared_ptr<const intel::Content> content;
  PolicySet& policies;
  IngestQueue& ingest;
  ActionWaiters& waiters;
  Metrics& metrics;
  std::vector<ConnectorInfo> connectors;
  PublicAddresses addresses;
  // Runs a task on a worker thread after a delay.
  std::function<void(std::chrono::milliseconds, std::function<void()>)> later;
  std::function<std::size_t()> open_connections;
  // AppScans::submit.
  std::function<Status(std::shared_ptr<const net::BodyFile>, std::optional<std::string> installer,
                       AppScans::Done)>
      scan_app;
};

}  // namespace bartizan::server
