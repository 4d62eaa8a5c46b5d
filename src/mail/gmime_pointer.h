// Owned objects of gmime and GLib.
#pragma once

#include <glib-object.h>

#include <memory>

namespace bartizan::mail {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <typename T>
using ObjectPointer = std::unique_ptr<T, Unref>;

struct GFree {
  void operator()(void* memory) const { g_free(memory); }
};
using TextPointer = std::unique_ptr<char, GFree>;

}  // namespace bartizan::mail
