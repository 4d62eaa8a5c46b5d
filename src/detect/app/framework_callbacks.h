// Which methods of an app's classes the platform itself may call.
#pragma once

#include <string_view>

namespace bartizan::detect {

// How much of a class the platform may call, by what it extends and implements; the greater holds.
enum class CallbackScope {
  kObject,  // nothing but java.lang.Object: the methods of Object and Comparable
  kNamed,   // types whose overridable methods is_callback_name knows
  kAny,     // any other: every method that could override one
};

// `descriptor` is of a class or interface outside of the app, "" for none.
CallbackScope callback_scope(std::string_view descriptor);

bool is_object_method(std::string_view name);
bool is_callback_name(std::string_view name);

// Classes that a layout or another resource may name, so that no code needs to.
bool is_made_by_resources(std::string_view descriptor);

}  // namespace bartizan::detect
