// The classifier of apps: somebody's labelled rows, the files of a model, and an app's DEX tables.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "detect/app/model_evaluation.h"
#include "detect/app/model_facts.h"
#include "intel/app_model.h"
#include "parse/dex/parser.h"

namespace {

using namespace bartizan;

const intel::AppModel& small_model() {
  static const intel::AppModel model =
      intel::AppModel::load(
          {"facts", "- {column: a, text: [ab]}\n- {column: b, call: [\"La;->b\"]}\n"},
          std::vector<intel::NamedText>{
              {"trees",
               "version\t1\nthreshold\t0\nquantile\t0\t1\t2\nfact\ta\nfact\tb\n"
               "tree\t0 =-10:1 1 =10:1 =20:3\n"}})
          .value();
  return model;
}

void check_sum(const intel::AppModel& model, std::span<const detect::FactState> facts) {
  const detect::ModelVerdict verdict = detect::explain_score(model, facts);
  std::int64_t sum = verdict.base;
  for (const auto& contribution : verdict.contributions) sum += contribution.points;
  if (sum != verdict.score || verdict.score != detect::score_app(model, facts)) std::abort();
}

void read_rows(std::string_view text) {
  detect::ModelEvaluation evaluation(small_model());
  bool has_header = false;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (has_header) {
      (void)evaluation.read_row(line);
    } else if (!evaluation.read_header(line).ok()) {
      return;
    }
    has_header = true;
  }
  (void)detect::measure_ranking(evaluation.vectors(), 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read_rows(text);
  const auto model =
      intel::AppModel::load({"facts", "- {column: a, text: [ab]}\n- {column: b, name: [b]}\n"},
                            std::vector<intel::NamedText>{{"trees", text}});
  if (model.ok()) {
    using detect::FactState;
    check_sum(*model, std::vector{FactState::kUnknown, FactState::kPresent});
    check_sum(*model, std::vector{FactState::kAbsent, FactState::kUnknown});
  }
  detect::AppFactReader reader(small_model());
  for (const parse::DexFile& dex : parse::parse_dex({data, size})) reader.look_at(dex);
  check_sum(small_model(), std::move(reader).take());
  return 0;
}
