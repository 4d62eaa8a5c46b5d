#include "cli/admin_command.h"

#include <filesystem>
#include <string_view>

#include "base/json.h"
#include "cli/flags.h"
#include "server/accounts.h"
#include "server/certificate_authority.h"
#include "server/data_folder.h"
#include "server/enrolment.h"
#include "store/sqlite/sqlite_store.h"

namespace bartizan::cli {
namespace {

constexpr std::string_view kHelp =
    "bartizan admin ACTION --data DIR [NAME] [OPTIONS] [--json]\n"
    "\n"
    "Accounts and enrolment from the machine the server runs on, also while it runs:\n"
    "\n"
    "  list                          the accounts\n"
    "  add NAME --role ROLE          a new account (viewer, analyst, admin); prints a first "
    "password\n"
    "  set-role NAME --role ROLE     another role; who is no admin any more loses the API tokens "
    "made\n"
    "  remove NAME                   ends the account, its sessions and its API tokens\n"
    "  reset-password NAME           prints a new first password; ends the account's sessions\n"
    "  unlock NAME                   after too many failures\n"
    "  reset-totp NAME               takes the second factor away, to be set up anew\n"
    "  enrolment-token DEVICE-NAME   the address by which one phone enrols, good once and for a "
    "day;\n"
    "                                [--person P] [--group G] [--ownership corporate|personal]\n"
    "                                [--tier corporate|byod|minimal]; the server must have run\n"
    "\n"
    "Examples:\n"
    "  bartizan admin reset-password admin --data /var/lib/bartizan\n"
    "  bartizan admin add ada --role analyst --data /var/lib/bartizan\n"
    "  bartizan admin enrolment-token \"Ada's Pixel\" --person Ada --data ./data --json\n"
    "\n"
    "Exit status: 0 done, 2 not done.\n";

struct Tools {
  store::Store& store;
  server::Accounts& accounts;
  const Clock& clock;
  Random& random;
  const Flags& flags;
  std::string name;
};

Result<json::object> list(Tools& tools) {
  json::array names;
  const Status read = tools.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(const auto all, transaction.tenant(kDefaultTenant).administrators());
    for (const Administrator& one : all) {
      names.push_back(
          json::object{{"name", one.name},
                       {"role", to_string(one.role)},
                       {"totp_enabled", !one.totp_secret.empty()},
                       {"locked", one.locked_until && *one.locked_until > tools.clock.now()}});
    }
    return {};
  });
  if (!read.ok()) return read.error();
  return json::object{{"administrators", std::move(names)}};
}

Result<Role> wanted_role(const Tools& tools) {
  const auto role = parse_enum<Role>(tools.flags.value("--role"));
  if (!role) return Error{ErrorCode::kInvalid, "--role wants viewer, analyst or admin"};
  return *role;
}

Result<json::object> add(Tools& tools) {
  BARTIZAN_ASSIGN(const Role role, wanted_role(tools));
  BARTIZAN_ASSIGN(const auto added, tools.accounts.add(kDefaultTenant, tools.name, role, "cli"));
  return json::object{{"name", tools.name}, {"password", added.password}};
}

Result<std::string> id_of(Tools& tools) {
  std::optional<Administrator> found;
  const Status read = tools.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(found, transaction.tenant(kDefaultTenant).administrator_by_name(tools.name));
    return {};
  });
  if (!read.ok()) return read.error();
  if (!found) return Error{ErrorCode::kNotFound, "there is no account named " + tools.name};
  return found->id;
}

Result<json::object> set_role(Tools& tools) {
  BARTIZAN_ASSIGN(const Role role, wanted_role(tools));
  BARTIZAN_ASSIGN(const std::string id, id_of(tools));
  BARTIZAN_TRY(tools.accounts.change_role(kDefaultTenant, id, role, "cli"));
  return json::object{{"name", tools.name}, {"role", to_string(role)}};
}

Result<json::object> remove(Tools& tools) {
  BARTIZAN_ASSIGN(const std::string id, id_of(tools));
  BARTIZAN_TRY(tools.accounts.remove(kDefaultTenant, id, "cli"));
  return json::object{{"name", tools.name}, {"removed", true}};
}

Result<json::object> reset_password(Tools& tools) {
  BARTIZAN_ASSIGN(const std::string password,
                  tools.accounts.reset_password(kDefaultTenant, tools.name));
  return json::object{{"name", tools.name}, {"password", password}};
}

Result<json::object> unlock(Tools& tools) {
  BARTIZAN_TRY(tools.accounts.unlock(kDefaultTenant, tools.name));
  return json::object{{"name", tools.name}, {"locked", false}};
}

Result<json::object> reset_totp(Tools& tools) {
  BARTIZAN_TRY(tools.accounts.reset_totp(kDefaultTenant, tools.name));
  return json::object{{"name", tools.name}, {"totp_enabled", false}};
}

template <typename E>
Result<std::optional<E>> enum_flag(const Flags& flags, std::string_view name) {
  const std::string word = flags.value(name);
  if (word.empty()) return std::optional<E>();
  const auto value = parse_enum<E>(word);
  if (!value) return Error{ErrorCode::kInvalid, std::string(name) + " has no value '" + word + "'"};
  return std::optional<E>(*value);
}

Result<json::object> enrolment_token(Tools& tools) {
  std::optional<std::string> address;
  const Status read = tools.store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(address, transaction.tenant(kDefaultTenant).setting("enrol_url"));
    return {};
  });
  if (!read.ok()) return read.error();
  if (!address)
    return Error{ErrorCode::kUnavailable, "start the server once: its address is not known yet"};
  BARTIZAN_ASSIGN(const auto authority,
                  server::CertificateAuthority::open(tools.flags.value("--data"), tools.clock.now(),
                                                     tools.random));
  server::EnrolmentWish wish{.device_name = tools.name,
                             .person = tools.flags.value("--person"),
                             .group = tools.flags.value("--group")};
  BARTIZAN_ASSIGN(wish.ownership, enum_flag<Ownership>(tools.flags, "--ownership"));
  BARTIZAN_ASSIGN(wish.tier, enum_flag<PrivacyTier>(tools.flags, "--tier"));
  BARTIZAN_ASSIGN(const auto made,
                  server::make_enrolment_token(tools.store, kDefaultTenant, wish, "cli",
                                               tools.clock.now(), tools.random));
  return json::object{
      {"id", made.token.id},
      {"url", server::enrolment_url(*address, made.secret, authority->fingerprint())},
      {"expires_at", to_rfc3339(made.token.expires_at)}};
}

struct Action {
  std::string_view name;
  bool wants_name;
  Result<json::object> (*run)(Tools& tools);
};
constexpr Action kActions[] = {
    {"list", false, list},
    {"add", true, add},
    {"set-role", true, set_role},
    {"remove", true, remove},
    {"reset-password", true, reset_password},
    {"unlock", true, unlock},
    {"reset-totp", true, reset_totp},
    {"enrolment-token", true, enrolment_token},
};

Result<json::object> run_action(const Flags& flags) {
  if (flags.words().empty()) return Error{ErrorCode::kInvalid, "what to do is missing; see --help"};
  const Action* action = nullptr;
  for (const Action& one : kActions) {
    if (one.name == flags.words().front()) action = &one;
  }
  if (action == nullptr)
    return Error{ErrorCode::kInvalid, "unknown action '" + flags.words().front() + "'; see --help"};
  if (flags.words().size() != (action->wants_name ? 2U : 1U))
    return Error{
        ErrorCode::kInvalid,
        std::string(action->name) + (action->wants_name ? " wants one name" : " wants no name")};
  BARTIZAN_ASSIGN(const std::filesystem::path data, flags.required("--data"));
  if (!std::filesystem::exists(data / server::kStoreFile))
    return Error{ErrorCode::kNotFound, data.string() + " holds no Bartizan server's data"};
  BARTIZAN_ASSIGN(const auto store, store::open_sqlite({.path = data / server::kStoreFile}));
  SystemClock clock;
  SystemRandom random;
  server::PasswordHasher hasher;
  server::Accounts accounts(*store, clock, random, hasher);
  Tools tools{.store = *store,
              .accounts = accounts,
              .clock = clock,
              .random = random,
              .flags = flags,
              .name = action->wants_name ? flags.words()[1] : ""};
  return action->run(tools);
}

void print(std::ostream& out, const json::object& result, bool as_json) {
  if (as_json) {
    out << json::serialize(result) << "\n";
    return;
  }
  const json::array* accounts = get_array(result, "administrators");
  if (accounts == nullptr) {
    for (const auto& member : result) {
      const json::string* text = member.value().if_string();
      out << std::string_view(member.key()) << ": "
          << (text ? std::string(*text) : json::serialize(member.value())) << "\n";
    }
    return;
  }
  for (const json::value& account : *accounts) {
    const json::object& one = account.get_object();
    out << get_string(one, "name").value_or("") << "\t" << get_string(one, "role").value_or("")
        << (get_bool(one, "totp_enabled").value_or(false) ? "\tsecond factor" : "")
        << (get_bool(one, "locked").value_or(false) ? "\tlocked" : "") << "\n";
  }
}

}  // namespace

int run_admin(std::span<const std::string> args, std::ostream& out, std::ostream& err) {
  const auto flags = Flags::parse(
      args, {"--data", "--role", "--person", "--group", "--ownership", "--tier"}, {"--json"});
  if (flags && flags->help()) {
    out << kHelp;
    return 0;
  }
  const auto result = flags ? run_action(*flags) : Result<json::object>(flags.error());
  if (!result) {
    err << "bartizan admin: " << result.error().message << "\n";
    return 2;
  }
  print(out, *result, flags->has("--json"));
  return 0;
}

}  // namespace bartizan::cli
