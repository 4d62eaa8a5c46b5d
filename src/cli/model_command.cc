#include "cli/model_command.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cli/content_location.h"
#include "cli/flags.h"
#include "detect/app/model_evaluation.h"
#include "intel/content.h"
#include "parse/anomaly.h"

namespace bartizan::cli {
namespace {

constexpr std::string_view kHelp =
    R"(usage: bartizan model evaluate apps --csv FILE|- [--json] [--content DIR]

Scores labelled apps with the shipped classifier and says how well it ranks them: the share of
malware above the score that at most 1 % (0.1 %) of the benign apps exceed, the area under the ROC
curve, and both at the threshold that the classifier uses. With 95 % intervals.

The file is a CSV in the format of the Drebin-215 data set: names of columns in the first line, then
0, 1 or ? in each cell, and a column "class" with S or 1 (malware) or B or 0 (benign).

  --csv FILE     what to measure; - for standard input. Rows are read one by one, whatever their
                 number
  --json         one JSON object (docs/cli.md)
  --content DIR  the content pack; default: the one that came with the program

Exit status: 0 measured, 2 wrong usage or nothing could be measured. Rows that could not be read are
named and left out.

Examples:
  bartizan model evaluate apps --csv drebin215.csv
  xz -dc drebin215.csv.xz | bartizan model evaluate apps --csv - --json
)";

constexpr int kError = 2;
constexpr std::size_t kMaxLine = 1 << 20;
constexpr std::size_t kMaxNamed = 20;  // malformed rows that are named each

struct BadRow {
  std::size_t line = 0;
  std::string error;
};

struct Read {
  std::size_t rows = 0;
  std::size_t malformed = 0;
  std::vector<BadRow> first_malformed;
};

// One line without its end. `whole` is false when it was longer than kMaxLine: its rest is skipped.
bool next_line(std::istream& in, std::string& line, bool& whole) {
  line.clear();
  whole = true;
  std::streambuf* bytes = in.rdbuf();
  for (int c = bytes->sbumpc(); c != std::char_traits<char>::eof(); c = bytes->sbumpc()) {
    if (c == '\n') return true;
    if (line.size() < kMaxLine) {
      line.push_back(static_cast<char>(c));
    } else {
      whole = false;
    }
  }
  return !line.empty();
}

Result<Read> read_rows(std::istream& in, detect::ModelEvaluation& evaluation) {
  std::string line;
  bool whole = true;
  if (!next_line(in, line, whole)) return Error{ErrorCode::kInvalid, "the file is empty"};
  if (!whole) return Error{ErrorCode::kLimit, "line 1 is longer than 1 MiB"};
  if (const Status header = evaluation.read_header(line); !header.ok())
    return header.error().within("line 1");
  Read read;
  for (std::size_t number = 2; next_line(in, line, whole); ++number) {
    if (whole && line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const Status row =
        whole ? evaluation.read_row(line) : Status(Error{ErrorCode::kLimit, "longer than 1 MiB"});
    if (row.ok()) {
      ++read.rows;
      continue;
    }
    if (row.error().code == ErrorCode::kLimit && whole)
      return row.error().within("line " + std::to_string(number));
    ++read.malformed;
    if (read.first_malformed.size() < kMaxNamed)
      read.first_malformed.push_back({number, row.error().message});
  }
  return read;
}

json::object to_json(const detect::Interval& interval) {
  return {{"value", interval.value}, {"low", interval.low}, {"high", interval.high}};
}

json::object to_json(const detect::RankingMeasures& measures) {
  return {{"malware", measures.malware},
          {"benign", measures.benign},
          {"tpr_at_1_percent_fpr", to_json(measures.tpr_at_1_percent)},
          {"tpr_at_0_1_percent_fpr", to_json(measures.tpr_at_01_percent)},
          {"auc", to_json(measures.auc)},
          {"tpr_at_threshold", to_json(measures.tpr_at_threshold)},
          {"fpr_at_threshold", to_json(measures.fpr_at_threshold)},
          {"resamples", measures.resamples}};
}

json::array names_json(const std::vector<std::string>& names) {
  json::array out;
  for (const std::string& name : names) out.emplace_back(parse::printable(name, 250));
  return out;
}

void write_names(std::ostream& out, std::string_view title, const std::vector<std::string>& names) {
  if (names.empty()) return;
  out << title << " (" << names.size() << "):";
  for (const std::string& name : names) out << " " << parse::printable(name, 250);
  out << "\n";
}

void write_interval(std::ostream& out, std::string_view name, const detect::Interval& interval) {
  char text[160];
  std::snprintf(text, sizeof text, "  %-30.*s %.4f  (%.4f to %.4f)\n",
                static_cast<int>(name.size()), name.data(), interval.value, interval.low,
                interval.high);
  out << text;
}

void write_measures(std::ostream& out, std::string_view title,
                    const Result<detect::RankingMeasures>& measures) {
  if (!measures.ok()) {
    out << title << ": not measured, " << measures.error().message << "\n";
    return;
  }
  out << title << ": " << measures->malware << " malware, " << measures->benign << " benign\n";
  write_interval(out, "TPR at 1 % FPR", measures->tpr_at_1_percent);
  write_interval(out, "TPR at 0.1 % FPR", measures->tpr_at_01_percent);
  write_interval(out, "AUC", measures->auc);
  write_interval(out, "TPR at the model's threshold", measures->tpr_at_threshold);
  write_interval(out, "FPR at the model's threshold", measures->fpr_at_threshold);
}

struct Evaluated {
  std::string file;
  Read read;
  std::size_t conflicting = 0;  // vectors with both labels
  Result<detect::RankingMeasures> unique;
  Result<detect::RankingMeasures> rows;
};

void write_json(std::ostream& out, const Evaluated& evaluated,
                const detect::ModelEvaluation& evaluation, const intel::AppModel& model) {
  json::array malformed;
  for (const BadRow& row : evaluated.read.first_malformed)
    malformed.push_back(json::object{{"line", row.line}, {"error", row.error}});
  json::object object{{"file", parse::printable(evaluated.file, 4096)},
                      {"model", model.version()},
                      {"rows", evaluated.read.rows},
                      {"malformed", evaluated.read.malformed},
                      {"malformed_rows", std::move(malformed)},
                      {"missing_columns", names_json(evaluation.missing_columns())},
                      {"extra_columns", names_json(evaluation.extra_columns())},
                      {"conflicting_vectors", evaluated.conflicting},
                      {"unique_vectors", json::value()},
                      {"all_rows", json::value()}};
  if (evaluated.unique.ok()) object["unique_vectors"] = to_json(*evaluated.unique);
  if (evaluated.rows.ok()) object["all_rows"] = to_json(*evaluated.rows);
  out << json::serialize(object) << "\n";
}

void write_text(std::ostream& out, const Evaluated& evaluated,
                const detect::ModelEvaluation& evaluation, const intel::AppModel& model) {
  out << parse::printable(evaluated.file, 4096) << ": " << evaluated.read.rows << " rows, model "
      << model.version() << "\n";
  write_names(out, "missing columns, taken as unknown", evaluation.missing_columns());
  write_names(out, "extra columns, not used", evaluation.extra_columns());
  for (const BadRow& row : evaluated.read.first_malformed)
    out << "line " << row.line << " left out: " << row.error << "\n";
  if (evaluated.read.malformed > evaluated.read.first_malformed.size())
    out << evaluated.read.malformed << " lines were left out in all\n";
  if (evaluated.conflicting != 0)
    out << evaluated.conflicting << " vectors have both labels and count among all rows only\n";
  write_measures(out, "unique vectors", evaluated.unique);
  write_measures(out, "all rows", evaluated.rows);
  if (evaluated.unique.ok())
    out << "95 % intervals: bootstrap of " << evaluated.unique->resamples
        << " resamples with a fixed seed; at the threshold Wilson's\n";
}

int evaluate_apps(std::istream& in, const std::string& file, const intel::AppModel& model,
                  bool as_json, std::ostream& out, std::ostream& err) {
  detect::ModelEvaluation evaluation(model);
  const Result<Read> read = read_rows(in, evaluation);
  if (!read.ok()) {
    err << "bartizan model: " << parse::printable(file, 4096) << ": "
        << parse::printable(read.error().message, 1024) << "\n";
    return kError;
  }
  const std::vector<detect::ScoredVector> vectors = evaluation.vectors();
  const std::vector<detect::ScoredVector> unique = detect::unique_vectors(vectors);
  const Evaluated evaluated{.file = file,
                            .read = *read,
                            .conflicting = vectors.size() - unique.size(),
                            .unique = detect::measure_ranking(unique, model.threshold()),
                            .rows = detect::measure_ranking(vectors, model.threshold())};
  if (as_json) {
    write_json(out, evaluated, evaluation, model);
  } else {
    write_text(out, evaluated, evaluation, model);
  }
  if (evaluated.rows.ok()) return 0;
  err << "bartizan model: " << evaluated.rows.error().message << "\n";
  return kError;
}

int run_evaluate(const Flags& flags, std::ostream& out, std::ostream& err) {
  const Result<std::string> csv = flags.required("--csv");
  if (!csv.ok()) {
    err << "bartizan model: " << csv.error().message << "; see bartizan model --help\n";
    return kError;
  }
  const auto folder = find_content(flags.value("--content"));
  const auto content = folder.ok() ? intel::Content::load(*folder) : folder.error();
  if (!content.ok()) {
    err << "bartizan model: " << content.error().message << "\n";
    return kError;
  }
  const intel::AppModel& model = (*content)->app_model();
  if (model.empty()) {
    err << "bartizan model: the content pack has no model of apps\n";
    return kError;
  }
  if (*csv == "-")
    return evaluate_apps(std::cin, "standard input", model, flags.has("--json"), out, err);
  std::ifstream file(*csv, std::ios::binary);
  if (!file) {
    err << "bartizan model: cannot read " << parse::printable(*csv, 4096) << "\n";
    return kError;
  }
  return evaluate_apps(file, *csv, model, flags.has("--json"), out, err);
}

}  // namespace

int run_model(std::span<const std::string> args, std::ostream& out, std::ostream& err) {
  const Result<Flags> flags = Flags::parse(args, {"--csv", "--content"}, {"--json"});
  if (!flags.ok()) {
    err << "bartizan model: " << flags.error().message << "; see bartizan model --help\n";
    return kError;
  }
  if (flags->help()) {
    out << kHelp;
    return 0;
  }
  if (flags->words() != std::vector<std::string>{"evaluate", "apps"}) {
    err << "bartizan model: \"evaluate apps\" is known; see bartizan model --help\n";
    return kError;
  }
  return run_evaluate(*flags, out, err);
}

}  // namespace bartizan::cli
