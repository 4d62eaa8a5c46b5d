#include "server/routes.h"

namespace bartizan::server {

void add_routes(Router& router, Deps& deps) {
  add_session_routes(router, deps);
  add_overview_routes(router, deps);
  add_device_routes(router, deps);
  add_timeline_routes(router, deps);
  add_alert_routes(router, deps);
  add_threat_routes(router, deps);
  add_policy_routes(router, deps);
  add_enrolment_routes(router, deps);
  add_administration_routes(router, deps);
  add_app_routes(router, deps);
  add_check_routes(router, deps);
  add_agent_routes(router, deps);
  add_operation_routes(router, deps);
}

}  // namespace bartizan::server
