// What lies on disk: lock, CA, certificates, backup, the console's files.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "base/file.h"
#include "server/backup.h"
#include "server/data_folder.h"
#include "server/qr.h"
#include "server/serve.h"
#include "server/static_files.h"
#include "server/test_server.h"
#include "store/sqlite/sqlite_store.h"

namespace bartizan::server {
namespace {

class FolderTest : public ::testing::Test {
 protected:
  FolderTest() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "bartizan-folder-XXXXXX").string();
    folder = mkdtemp(pattern.data());
  }
  ~FolderTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  static int mode(const std::filesystem::path& path) {
    struct stat facts {};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
    return static_cast<int>(facts.st_mode & 0777);
  }
  std::filesystem::path folder;
  SystemRandom random;
  const Timestamp now = parse_rfc3339("2026-03-01T09:00:00Z").value();
};

TEST_F(FolderTest, TwoServersNeverShareOne) {
  auto first = DataFolder::open(folder / "data");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(mode(folder / "data"), 0700);
  const auto second = DataFolder::open(folder / "data");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  { const DataFolder ended = std::move(*first); }
  EXPECT_TRUE(DataFolder::open(folder / "data").ok());
}

TEST_F(FolderTest, TheCaIsMadeOnceAndItsKeyIsItsOwners) {
  const auto made = CertificateAuthority::open(folder, now, random);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(mode(folder / "ca.key"), 0600);
  const auto again = CertificateAuthority::open(folder, now, random);
  EXPECT_EQ((*made)->fingerprint(), (*again)->fingerprint());
  std::filesystem::remove(folder / "ca.pem");
  EXPECT_FALSE(CertificateAuthority::open(folder, now, random).ok())
      << "a new CA in its place would lock every phone out";
}

TEST_F(FolderTest, AKeyAndACertificateOfDifferentCasAreRefused) {
  std::filesystem::create_directory(folder / "other");
  ASSERT_TRUE(CertificateAuthority::open(folder, now, random).ok());
  ASSERT_TRUE(CertificateAuthority::open(folder / "other", now, random).ok());
  std::filesystem::copy_file(folder / "other/ca.key", folder / "ca.key",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_FALSE(CertificateAuthority::open(folder, now, random).ok());
}

TEST_F(FolderTest, DeviceCertificatesLastNinetyDaysAndHaveTheirOwnSerials) {
  const auto authority = CertificateAuthority::open(folder, now, random).value();
  const std::string csr = make_key_and_request()->csr_pem;
  const auto first = authority->issue_device(csr, "an-id", "default", now, random);
  const auto second = authority->issue_device(csr, "an-id", "default", now, random);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->not_after, now + kDeviceCertificateLife);
  EXPECT_NE(first->serial, second->serial);
  EXPECT_EQ(first->serial.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST_F(FolderTest, ACsrChangedAfterItWasSignedIsRefused) {
  const auto authority = CertificateAuthority::open(folder, now, random).value();
  std::string csr = make_key_and_request()->csr_pem;
  // A letter in the middle of the signature, which is the last part.
  const std::size_t place = csr.rfind("-----END") - 30;
  csr[place] = csr[place] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(authority->issue_device(csr, "an-id", "default", now, random).ok());
  EXPECT_FALSE(authority
                   ->issue_device(make_key_and_request(KeyKind::kP384)->csr_pem, "an-id", "default",
                                  now, random)
                   .ok());
}

TEST_F(FolderTest, TheServersCertificateIsKeptUntilItIsNearItsEndOrLacksAName) {
  const auto authority = CertificateAuthority::open(folder, now, random).value();
  const std::vector<std::string> names{"mtd.example", "127.0.0.1", "::1"};
  const auto at = [&](Timestamp time, const std::vector<std::string>& wanted) {
    return authority->server_identity(folder, wanted, time, random)->certificate_chain_pem;
  };
  const std::string first = at(now, names);
  EXPECT_EQ(at(now + std::chrono::hours(24 * 59), names), first);
  EXPECT_NE(at(now + std::chrono::hours(24 * 61), names), first);
  const std::string second = at(now, names);
  EXPECT_NE(at(now, {"other.example"}), second);
  EXPECT_EQ(mode(folder / "server.key"), 0600);
  EXPECT_FALSE(authority->issue_server(std::vector<std::string>{"a name"}, now, random).ok());
}

TEST_F(FolderTest, ABackupComesBackWholeAndNotOverAnything) {
  TestServer server;
  const TestPhone phone = server.enrol();
  std::ofstream(server.folder / "webhook.secret") << "a secret of a connector";
  const auto file = folder / "backup.tar";
  ASSERT_TRUE(back_up(server.folder, file, now).ok());
  EXPECT_EQ(mode(file), 0600);
  EXPECT_FALSE(back_up(server.folder, file, now).ok()) << "never over an older one";
  const Status done = restore(file, folder / "restored");
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(mode(folder / "restored/ca.key"), 0600);
  EXPECT_EQ(*read_file(folder / "restored/webhook.secret", 100), "a secret of a connector");
  EXPECT_EQ((*CertificateAuthority::open(folder / "restored", now, random))->fingerprint(),
            server.authority->fingerprint());
  const auto store = store::open_sqlite({.path = folder / "restored/bartizan.db"}).value();
  ASSERT_TRUE(store
                  ->read([&](store::Transaction& transaction) -> Status {
                    BARTIZAN_ASSIGN(const auto device,
                                    transaction.tenant(kDefaultTenant).device(phone.id));
                    EXPECT_TRUE(device.has_value());
                    return {};
                  })
                  .ok());
  EXPECT_FALSE(restore(file, folder / "restored").ok()) << "an installation is not overwritten";
}

TEST_F(FolderTest, WhatCannotBeUsedIsNamed) {
  const auto junk = (folder / "junk.bin").string();
  std::ofstream(junk) << std::string(2000, 'x');
  EXPECT_EQ(restore(junk, folder / "restored").error().message,
            junk + " is no backup of a Bartizan server");
  ASSERT_TRUE(CertificateAuthority::open(folder, now, random).ok());
  const auto reason = [&] {
    return CertificateAuthority::open(folder, now, random).error().message;
  };
  std::ofstream(folder / "ca.pem") << "junk";
  EXPECT_EQ(reason(), (folder / "ca.pem").string() + " does not hold a certificate");
  std::ofstream(folder / "ca.key") << "junk";
  EXPECT_EQ(reason(), (folder / "ca.key").string() + " does not hold a private key");
}

TEST_F(FolderTest, ADamagedBackupLeavesNothing) {
  TestServer server;
  const auto file = folder / "backup.tar";
  ASSERT_TRUE(back_up(server.folder, file, now).ok());
  const std::string whole = *read_file(file, 64 << 20);
  const auto refused = [&](std::string bytes) {
    std::ofstream(folder / "damaged.tar", std::ios::binary) << bytes;
    const bool ok = restore(folder / "damaged.tar", folder / "restored").ok();
    return !ok && !std::filesystem::exists(folder / "restored") &&
           !std::filesystem::exists(folder / "restored.partial");
  };
  EXPECT_TRUE(refused(whole.substr(0, whole.size() / 2)));
  std::string flipped = whole;
  flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 1);
  EXPECT_TRUE(refused(flipped));
  std::string renamed = whole;
  renamed.replace(0, 13, "../../../evil");
  EXPECT_TRUE(refused(renamed));
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("no archive at all"));
}

TEST_F(FolderTest, TheConsolesFilesAreServedAndNothingElse) {
  std::filesystem::create_directories(folder / "console/assets");
  std::ofstream(folder / "console/index.html") << "<p>console</p>";
  std::ofstream(folder / "console/assets/app-1.js") << "run()";
  std::ofstream(folder / "console/.hidden") << "hidden";
  std::ofstream(folder / "secret.txt") << "secret";
  std::filesystem::create_symlink(folder / "secret.txt", folder / "console/link.txt");
  const StaticFiles files(folder / "console");
  const auto get = [&](const std::string& path) {
    return files.serve({.method = "GET", .target = path, .path = path});
  };
  EXPECT_EQ(get("/").body, "<p>console</p>");
  EXPECT_EQ(get("/alerts/7").body, "<p>console</p>") << "the console's own router";
  EXPECT_EQ(get("/").header("Cache-Control"), "no-cache");
  EXPECT_EQ(get("/assets/app-1.js").body, "run()");
  EXPECT_NE(get("/assets/app-1.js").header("Cache-Control")->find("immutable"),
            std::string_view::npos);
  for (const char* path : {"/.hidden", "/link.txt", "/../secret.txt", "/assets/none.js"})
    EXPECT_EQ(get(path).status, 404) << path;
  EXPECT_EQ(files.serve({.method = "POST", .target = "/", .path = "/"}).status, 405);
}

TEST_F(FolderTest, WithoutAConsoleAPageSaysHowToBuildIt) {
  const StaticFiles files(folder / "none");
  const net::Response page = files.serve({.method = "GET", .target = "/", .path = "/"});
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("npm run build"), std::string::npos);
}

TEST(Qr, DrawsWhatFits) {
  const auto code = qr_svg("https://mtd.example:8445/enrol#token=abc&ca=def");
  ASSERT_TRUE(code.ok());
  EXPECT_TRUE(code->starts_with("<svg "));
  EXPECT_FALSE(qr_svg(std::string(5000, 'x')).ok());
}

TEST_F(FolderTest, AServerThatStartsKnowsWhichPhonesFellSilentMeanwhile) {
  const auto file = folder / "data" / kStoreFile;
  const Timestamp wall = SystemClock().now();
  ASSERT_TRUE(DataFolder::open(folder / "data").ok());
  ASSERT_TRUE(store::open_sqlite({.path = file})
                  .value()
                  ->write([&](store::Transaction& all) {
                    return all.tenant(kDefaultTenant)
                        .put_device({.id = "p",
                                     .protection = ProtectionState::kActive,
                                     .last_seen = wall - std::chrono::hours(24 * 8)});
                  })
                  .ok());
  const auto running = RunningServer::start(
      {.data = folder / "data", .content = "content", .console = folder / "console"});
  ASSERT_TRUE(running.ok()) << running.error().message;
  std::optional<Device> device;
  ASSERT_TRUE(store::open_sqlite({.path = file})
                  .value()
                  ->read([&](store::Transaction& all) -> Status {
                    BARTIZAN_ASSIGN(device, all.tenant(kDefaultTenant).device("p"));
                    return {};
                  })
                  .ok());
  EXPECT_EQ(device->protection, ProtectionState::kInactive);
}

TEST(Endpoint, IsAnAddressAndAPort) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:8443")->port, 8443);
  EXPECT_EQ(parse_endpoint("[::1]:8443")->address, "::1");
  for (const char* wrong : {"", ":1", "host", "host:", "host:x", "host:99999", "[::1:2"})
    EXPECT_FALSE(parse_endpoint(wrong).ok()) << wrong;
}

}  // namespace
}  // namespace bartizan::server
