// What an app can do, written as content: content/behaviors/NAME.yaml (docs/behaviors.md). A
// behaviour is a capability with its ATT&CK techniques, not an accusation: honest apps show many.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "intel/code_patterns.h"
#include "intel/techniques.h"
#include "model/enums.h"
#include "rules/condition.h"

namespace bartizan::intel {

// Where the calls, strings and other facts of the code must stand together.
enum class BehaviorScope { kApp, kClass, kMethod };

struct Behavior {
  std::string id;  // as the file is named
  std::string version;
  std::string title;  // what the app can do, in plain words
  std::vector<std::string> techniques;
  std::vector<Platform> platforms;
  BehaviorScope scope = BehaviorScope::kApp;
  rules::Condition condition;  // over app_fact_schema()
};

// What of an app's code any behaviour asks about, so that one pass over it can leave out the rest.
// Each list is sorted and names nothing twice.
struct BehaviorPatterns {
  std::vector<std::string> calls;      // "Landroid/telephony/SmsManager;->sendTextMessage"
  std::vector<std::string> overrides;  // "Landroid/app/Service;->onCreate"
  std::vector<std::string> fields;     // "Landroid/os/Build;->MODEL"
  std::vector<std::string> strings;    // a "*" at either end stands for any text: "content://sms*"
  std::vector<std::string> classes;    // "Lcom/example/sdk/*" or a whole descriptor
};

class BehaviorSet {
 public:
  BehaviorSet();
  // The *.yaml of `folder`, in the order of their ids; a folder that is not there is an empty set.
  // Errors read "file:line: message".
  static Result<BehaviorSet> load(const std::filesystem::path& folder,
                                  const TechniqueSet& techniques);
  BehaviorSet(BehaviorSet&&) noexcept;
  BehaviorSet& operator=(BehaviorSet&&) noexcept;
  ~BehaviorSet();

  const std::vector<Behavior>& all() const;
  const Behavior* find(std::string_view id) const;

  const BehaviorPatterns& patterns() const;
  // The same compiled: references are the calls, then the fields; the other lists are as they are.
  const CodePatterns& code_patterns() const;
  // Whether some behaviour looks for text like this among the names of files, or of the functions
  // that native code imports.
  bool asks_about_entry(std::string_view name) const;
  bool asks_about_import(std::string_view name) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace bartizan::intel
