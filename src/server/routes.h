// The handlers, a file per resource. The references given here must outlive the router.
#pragma once

#include "server/deps.h"
#include "server/router.h"

namespace bartizan::server {

void add_session_routes(Router& router, Deps& deps);
void add_overview_routes(Router& router, Deps& deps);
void add_device_routes(Router& router, Deps& deps);
void add_timeline_routes(Router& router, Deps& deps);
void add_alert_routes(Router& router, Deps& deps);
void add_threat_routes(Router& router, Deps& deps);
void add_policy_routes(Router& router, Deps& deps);
void add_enrolment_routes(Router& router, Deps& deps);
void add_administration_routes(Router& router, Deps& deps);
void add_app_routes(Router& router, Deps& deps);
void add_check_routes(Router& router, Deps& deps);
void add_agent_routes(Router& router, Deps& deps);
void add_operation_routes(Router& router, Deps& deps);

// All of them.
void add_routes(Router& router, Deps& deps);

}  // namespace bartizan::server
