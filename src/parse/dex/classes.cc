#include <algorithm>
#include <string>

#include "parse/dex/reader.h"

namespace bartizan::parse::dex {
namespace {

// class_def_item, in bytes.
constexpr std::uint32_t kClassDefSize = 32;

bool is_descriptor(std::string_view text) {
  return text.size() >= 3 && text.front() == 'L' && text.back() == ';';
}

// Indices of the tables that name things. An index outside of its table reads as an empty name
// later; here it is told.
class TableCheck {
 public:
  explicit TableCheck(Reading& reading) : reading_(reading), dex_(reading.dex) {}

  void types() {
    for (std::uint32_t i = 0; i < dex_.type_ids.count; ++i)
      check(dex_.type_string(i), dex_.strings.size(), "type", i);
  }
  void protos() {
    for (std::uint32_t i = 0; i < dex_.proto_ids.count; ++i) {
      const DexProtoId id = dex_.proto_id(i);
      check(id.shorty, dex_.strings.size(), "proto", i);
      check(id.return_type, dex_.type_ids.count, "proto", i);
      type_list(id.parameters, "proto", i);
    }
  }
  void fields() {
    for (std::uint32_t i = 0; i < dex_.field_ids.count; ++i) {
      const DexFieldId id = dex_.field_id(i);
      check(id.class_type, dex_.type_ids.count, "field", i);
      check(id.type, dex_.type_ids.count, "field", i);
      check(id.name, dex_.strings.size(), "field", i);
    }
  }
  void methods() {
    for (std::uint32_t i = 0; i < dex_.method_ids.count; ++i) {
      const DexMethodId id = dex_.method_id(i);
      check(id.class_type, dex_.type_ids.count, "method", i);
      check(id.proto, dex_.proto_ids.count, "method", i);
      check(id.name, dex_.strings.size(), "method", i);
    }
  }

  void check(std::uint32_t index, std::size_t count, std::string_view what, std::uint32_t item) {
    if (index >= count && !reading_.log.again("dex.bad_index"))
      reading_.log.note("dex.bad_index", what, item,
                        "index " + std::to_string(index) + " of " + std::to_string(count));
  }

  // False: the budget is spent.
  bool type_list(std::uint32_t offset, std::string_view what, std::uint32_t item) {
    if (offset == 0) return true;
    const DexTypeList list = dex_.type_list(offset);
    if (list.start == nullptr)
      reading_.log.note("dex.bad_type_list", what, item, "not in the file");
    // Equal lists are shared by every compiler, so most of their use is free.
    const std::uint32_t beyond = list.count > kUsualTypes ? list.count - kUsualTypes : 0;
    if (!reading_.budget.spend(beyond * sizeof(std::uint16_t))) {
      reading_.over_budget("type list");
      return false;
    }
    for (std::uint32_t i = 0; i < list.count; ++i) check(list[i], dex_.type_ids.count, what, item);
    return true;
  }

 private:
  static constexpr std::uint32_t kUsualTypes = 32;

  Reading& reading_;
  DexFile& dex_;
};

// Bytes of class_data_item one class after the other.
class ClassDataReader {
 public:
  explicit ClassDataReader(Reading& reading) : reading_(reading), dex_(reading.dex) {}

  // False: the budget is spent.
  bool read(DexClass& into, std::uint32_t class_index, std::uint32_t offset) {
    class_index_ = class_index;
    if (offset >= dex_.bytes.size()) {
      bad("class data outside of the file");
      return true;
    }
    LebReader data(dex_.bytes.subspan(offset));
    const std::uint32_t static_fields = data.next();
    const std::uint32_t instance_fields = data.next();
    const std::uint32_t direct_methods = data.next();
    const std::uint32_t virtual_methods = data.next();
    read_fields(data, static_fields);
    read_fields(data, instance_fields);
    bool room = read_methods(data, into, direct_methods);
    room = room && read_methods(data, into, virtual_methods);
    if (data.failed) bad("its class data is cut");
    const auto used = static_cast<std::size_t>(data.position() - dex_.bytes.data()) - offset;
    if (room && reading_.budget.spend(used)) return true;
    reading_.over_budget("class data");
    return false;
  }

 private:
  void bad(std::string_view why) {
    reading_.log.note("dex.bad_class_data", "class", class_index_, why);
    dex_.truncated = true;
  }

  void read_fields(LebReader& data, std::uint32_t count) {
    std::uint32_t index = 0;
    for (std::uint32_t i = 0; i < count && !data.failed; ++i) {
      const std::uint32_t step = data.next();
      index += step;
      data.next();  // access flags
      if (data.failed) return;
      if (index >= dex_.field_ids.count)
        reading_.log.note("dex.bad_index", "class", class_index_, "a field outside of the table");
      if (i != 0 && step == 0)
        reading_.log.note("dex.bad_class_data", "class", class_index_, "a field defined twice");
    }
  }

  // False: more methods than the file can name.
  bool read_methods(LebReader& data, DexClass& into, std::uint32_t count) {
    std::uint32_t index = 0;
    for (std::uint32_t i = 0; i < count && !data.failed; ++i) {
      const std::uint32_t step = data.next();
      index += step;
      const std::uint32_t access_flags = data.next();
      const std::uint32_t code = data.next();
      if (data.failed) return true;
      if (index >= dex_.method_ids.count)
        reading_.log.note("dex.bad_index", "class", class_index_, "a method outside of the table");
      else if (dex_.method_id(index).class_type != into.type)
        reading_.log.note("dex.method_of_other_class", "class", class_index_,
                          "it defines a method that is another's by name");
      if (i != 0 && step == 0)
        reading_.log.note("dex.bad_class_data", "class", class_index_, "a method defined twice");
      // Each method has an id of its own in what Android accepts.
      if (dex_.methods.size() >= std::size_t{dex_.method_ids.count} + kSpareMethods) return false;
      dex_.methods.push_back({.id = index, .access_flags = access_flags});
      reading_.code_offset.push_back(code);
      ++into.method_count;
    }
    return true;
  }

  static constexpr std::size_t kSpareMethods = 1000;

  Reading& reading_;
  DexFile& dex_;
  std::uint32_t class_index_ = 0;
};

}  // namespace

void check_tables(Reading& reading) {
  TableCheck check(reading);
  check.types();
  check.protos();
  check.fields();
  check.methods();
}

void read_classes(Reading& reading) {
  DexFile& dex = reading.dex;
  TableCheck check(reading);
  dex.classes.reserve(dex.class_defs.count);
  reading.class_data.reserve(dex.class_defs.count);
  std::vector<bool> defined(dex.type_ids.count, false);
  for (std::uint32_t i = 0; i < dex.class_defs.count; ++i) {
    const auto field = [&](std::uint32_t offset) {
      return dex.class_defs.u32(i, kClassDefSize, offset);
    };
    DexClass out{.type = field(0),
                 .access_flags = field(4),
                 .superclass = field(8),
                 .interfaces = field(12),
                 .static_values = field(28)};
    check.check(out.type, dex.type_ids.count, "class", i);
    if (out.superclass != kNoDexIndex) check.check(out.superclass, dex.type_ids.count, "class", i);
    if (!check.type_list(out.interfaces, "class", i)) out.interfaces = 0;
    if (out.type < defined.size()) {
      if (defined[out.type])
        reading.log.note("dex.duplicate_class", "class", i, dex.type(out.type));
      defined[out.type] = true;
      if (!is_descriptor(dex.type(out.type)))
        reading.log.note("dex.bad_class_data", "class", i, "its name is not one of a class");
    }
    dex.classes.push_back(out);
    reading.class_data.push_back(field(24));
  }
  dex.counts.classes = dex.classes.size();
}

void read_class_data(Reading& reading) {
  DexFile& dex = reading.dex;
  dex.methods.reserve(dex.method_ids.count);
  reading.code_offset.reserve(dex.method_ids.count);
  ClassDataReader reader(reading);
  bool within_budget = true;
  for (std::uint32_t i = 0; i < dex.classes.size(); ++i) {
    dex.classes[i].first_method = static_cast<std::uint32_t>(dex.methods.size());
    if (within_budget && reading.class_data[i] != 0)
      within_budget = reader.read(dex.classes[i], i, reading.class_data[i]);
  }
  dex.counts.methods = dex.methods.size();
}

}  // namespace bartizan::parse::dex
