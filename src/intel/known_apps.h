// Apps that others pretend to be, from content/known_apps/known_apps.yaml.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/image_hash.h"
#include "base/result.h"
#include "intel/brands.h"
#include "intel/confusables.h"
#include "intel/label_reading.h"

namespace bartizan::intel {

struct KnownLabel {
  std::string text;
  LabelReading reading;
  LetterSet letters;  // of what it looks like
};

struct KnownPackage {
  std::string name;
  std::string folded;  // its look-alikes made equal
  LetterSet letters;
  LetterSet folded_letters;
};

struct KnownApp {
  std::string name;  // for people
  std::vector<KnownLabel> labels;
  std::vector<KnownPackage> packages;  // that are this app
  std::vector<std::string> family;     // beginnings of packages of the same maker
  std::vector<std::string> signers;    // SHA-256 of certificates, hex; empty: not known
  std::vector<ImageHash> icons;        // that the launcher shows for it; empty: not known
  bool common_word = false;            // the label means other things too

  bool is_package(std::string_view package) const;
  bool is_of_maker(std::string_view package) const;
};

class KnownAppSet {
 public:
  // Errors read "file:line: message".
  static Result<KnownAppSet> load(std::string_view yaml, const std::string& file,
                                  const ConfusableMap& confusables);

  const std::vector<KnownApp>& apps() const { return apps_; }
  // The app that `package` is, or null.
  const KnownApp* of_package(std::string_view package) const;
  // A store, or device management: somebody has looked at what it installs.
  bool is_checked_installer(std::string_view package) const;

 private:
  std::vector<KnownApp> apps_;
  std::map<std::string, std::size_t, std::less<>> app_by_package_;
  std::set<std::string, std::less<>> installers_;
};

}  // namespace bartizan::intel
