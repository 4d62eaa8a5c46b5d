// Which methods of an app can run.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "detect/app/program.h"

namespace bartizan::detect {

struct EntryPoints {
  // As the manifest writes them out, "org.example.Main": components, the application and whatever
  // else names a class.
  std::vector<std::string> classes;
  // The manifest could not be read: any code may then run, and all of it counts as reached.
  bool unknown = false;
};

// For each of Program::methods whether it can be reached from the entry points.
//
// A class is live when an entry point, a resource or a constant string may name it, when reached
// code makes one, or when a live class extends or implements it. A method is reached
// - when reached code calls it by static, direct or super dispatch,
// - when its class is live and reached code calls its signature by virtual or interface dispatch on
//   a class it is connected with by superclasses and interfaces of the app, or on one outside of
//   the app,
// - when its class is live and the platform may call it (framework_callbacks.h),
// - when its class is named by a constant string, or it is the static initialiser of a class in
// use.
//
// More is reached than can run (any two classes of one family count as related), never less but for
// calls that are made by native code, by reflection on a class that no string spells, or by code
// that the app loads later. Each method, class, signature and name is handled once.
std::vector<bool> reached_methods(const Program& program, const EntryPoints& entry_points);

}  // namespace bartizan::detect
