#include "detect/link/lure_words.h"

#include <algorithm>
#include <array>

namespace bartizan::detect {
namespace {

// English, German, French, Spanish and Italian.
constexpr auto kStrong = std::to_array<std::string_view>({
    "acces",         "account",      "accounts",   "airdrop", "alert",         "anmeldung",
    "authenticate",  "billing",      "blocked",    "claim",   "compte",        "conferma",
    "confirm",       "confirmation", "connexion",  "cuenta",  "customs",       "delivery",
    "fee",           "helpdesk",     "identity",   "invoice", "kunden",        "kyc",
    "limited",       "locked",       "login",      "logon",   "notice",        "parcel",
    "passwort",      "password",     "redelivery", "recover", "recovery",      "refund",
    "reset",         "reward",       "rewards",    "secure",  "secured",       "securelogin",
    "seguro",        "sicherheit",   "signin",     "sign-in", "suspended",     "tracking",
    "unlock",        "unusual",      "update",     "updates", "validate",      "validation",
    "verificar",     "verification", "verifica",   "verify",  "verifizierung", "wallet-connect",
    "walletconnect", "zoll",
});
constexpr auto kWeak = std::to_array<std::string_view>({
    "access",       "activate", "agree",    "app",       "apps",    "auth",      "bank",
    "banking",      "bonus",    "cancel",   "card",      "cdn",     "center",    "centre",
    "chat",         "choose",   "claims",   "click",     "client",  "clients",   "cloud",
    "connect",      "contact",  "customer", "customers", "desk",    "direct",    "discount",
    "download",     "enrol",    "enroll",   "find",      "form",    "forum",     "free",
    "gift",         "help",     "helpline", "home",      "hotline", "http",      "https",
    "id",           "info",     "install",  "link",      "live",    "mail",      "manage",
    "manager",      "member",   "members",  "mobile",    "my",      "myaccount", "net",
    "office",       "official", "online",   "order",     "orders",  "page",      "pay",
    "payment",      "payments", "portal",   "premium",   "profile", "promo",     "register",
    "registration", "renew",    "renewal",  "safe",      "safety",  "sale",      "sales",
    "security",     "server",   "service",  "services",  "session", "shop",      "site",
    "sms",          "ssl",      "start",    "store",     "summary", "support",   "system",
    "team",         "track",    "trade",    "transfer",  "user",    "users",     "view",
    "vip",          "wallet",   "web",      "webmail",   "website", "win",       "ww",
    "www",
});

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view token) {
  return std::find(words.begin(), words.end(), token) != words.end();
}

}  // namespace

bool is_strong_lure(std::string_view token) {
  while (!token.empty() && token.back() >= '0' && token.back() <= '9') token.remove_suffix(1);
  return contains(kStrong, token);
}

bool ends_with_lure(std::string_view text) {
  while (text.ends_with('-')) text.remove_suffix(1);
  return std::any_of(kStrong.begin(), kStrong.end(), [&](std::string_view word) {
    return word.size() >= 5 && text.ends_with(word);
  });
}

bool begins_with_lure(std::string_view text) {
  while (text.starts_with('-')) text.remove_prefix(1);
  return std::any_of(kStrong.begin(), kStrong.end(), [&](std::string_view word) {
    return word.size() >= 5 && text.starts_with(word);
  });
}

bool is_weak_lure(std::string_view token) { return contains(kWeak, token); }

}  // namespace bartizan::detect
