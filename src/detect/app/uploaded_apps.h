// An app beside the others that were uploaded to the same server: one of them may be made of the
// other, or to be taken for it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "detect/detector.h"
#include "model/scanned_app.h"

namespace bartizan::detect {

// The same file is none of them.
struct UploadNeighbour {
  ComparedApp app;
  std::optional<int> code_distance;  // of the TLSH digests, where it is 50 or less
  bool same_icon = false;            // the icons look alike
};

// Those of `others` with nearly the code or the icon of the app of an app.installed observation, by
// their digest. A microsecond each.
std::vector<UploadNeighbour> find_upload_neighbours(const json::object& body,
                                                    std::span<const ComparedApp> others);

// The app has another package than the neighbour, and is not known to have its signer.
bool is_of_somebody_else(const json::object& body, const ComparedApp& other);

// app.near_duplicate: nearly the code of an app that was judged malicious, or of one with the same
// package or label and another signer. app.imitation: icon and label of another package, signed by
// somebody else. Apps that their maker is known to have signed are left alone. What it was judged
// with is digested into the findings. docs/known-apps.md says how they are weighed.
std::vector<Finding> judge_beside_uploads(const Observation& observation, const Context& context,
                                          std::span<const UploadNeighbour> neighbours);

}  // namespace bartizan::detect
