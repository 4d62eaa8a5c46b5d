// The threat catalogue.
#include "server/answer.h"
#include "server/routes.h"
#include "server/view.h"

namespace bartizan::server {

void add_threat_routes(Router& router, Deps& deps) {
  router.add("listThreats", [&deps](const Call&) {
    return answer(page_json(list_json(deps.content->threats(),
                                      [&](const Threat& item) { return threat_json(deps, item); }),
                            ""));
  });
  router.add("getThreat", [&deps](const Call& call) {
    const Threat* threat = deps.content->find_threat(call.parameter("id"));
    if (threat == nullptr) return problem(404, "not_found", "The catalogue has no such threat.");
    return answer(threat_json(deps, *threat));
  });
}

}  // namespace bartizan::server
