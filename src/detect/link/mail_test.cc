#include "detect/link/mail.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "detect/link/mail_signs.h"

namespace bartizan::detect {
namespace {

const intel::Content& shipped_content() {
  static const auto content = intel::Content::load("content");
  if (!content.ok()) {
    ADD_FAILURE() << content.error().message;
    std::abort();
  }
  return **content;
}

// A mail that nothing speaks against, to which a test adds what it is about.
MailFacts calm_mail() {
  MailFacts facts{.subject = "Minutes", .text = "Here are the minutes of Monday."};
  facts.from = {
      {.name = "Kim Orchard", .address = "kim@orchard.example", .domain = "orchard.example"}};
  facts.authentication = {.present = true,
                          .spf = AuthenticationResult::kPass,
                          .dkim = AuthenticationResult::kPass,
                          .dmarc = AuthenticationResult::kPass,
                          .spf_domain = "orchard.example",
                          .dkim_domains = {"orchard.example"}};
  return facts;
}

MailFacts from(const std::string& name, const std::string& address) {
  MailFacts facts = calm_mail();
  facts.from = {{name, address, address.substr(address.find('@') + 1)}};
  facts.authentication.spf_domain = facts.from[0].domain;
  facts.authentication.dkim_domains = {facts.from[0].domain};
  return facts;
}

// The reasons' ids, the strongest first.
std::string reasons_of(const MailFacts& facts) {
  std::string out;
  for (const MailReason& reason : judge_mail(facts, shipped_content(), {}).reasons)
    out += (out.empty() ? "" : " ") + reason.id;
  return out;
}

TEST(MailJudge, HasNothingAgainstACalmMail) {
  const JudgedMail judged = judge_mail(calm_mail(), shipped_content(), {});
  EXPECT_EQ(reasons_of(calm_mail()), "");
  EXPECT_EQ(judged.score, 0);
  EXPECT_EQ(judged.verdict, LinkVerdict::kAllow);
  EXPECT_TRUE(judged.techniques.empty());
}

TEST(MailJudge, SeesBorrowedNames) {
  EXPECT_EQ(reasons_of(from("PayPal Orchard", "kim@orchard.example")), "sender.brand_in_name");
  EXPECT_EQ(reasons_of(from("PayPal", "service@paypal.com")), "sender.verified_brand");
  EXPECT_EQ(reasons_of(from("PayPal", "service@paypal.pl")), "");
  EXPECT_EQ(reasons_of(from("kim@bank.example", "kim@orchard.example")), "sender.address_in_name");
  EXPECT_EQ(reasons_of(from("Kim Paypa1", "kim@paypa1.com")), "sender.look_alike");
  EXPECT_EQ(reasons_of(from("Pat Support", "pat@gmail.com")), "sender.free_mail_office");
}

TEST(MailJudge, AsksWhoVouchesForTheSender) {
  MailFacts facts = calm_mail();
  facts.authentication = {.present = true,
                          .spf = AuthenticationResult::kNone,
                          .dkim = AuthenticationResult::kNone,
                          .dmarc = AuthenticationResult::kNone};
  EXPECT_EQ(reasons_of(facts), "sender.unauthenticated");
  facts.authentication.spf = AuthenticationResult::kFail;
  facts.authentication.dmarc = AuthenticationResult::kFail;
  facts.authentication.dmarc_enforced = true;
  EXPECT_EQ(reasons_of(facts), "sender.unauthenticated sender.dmarc_fail sender.spf_fail");
  EXPECT_EQ(judge_mail(facts, shipped_content(), {}).verdict, LinkVerdict::kWarn);
  facts.authentication = {.present = true,
                          .spf = AuthenticationResult::kPass,
                          .dmarc = AuthenticationResult::kNone,
                          .spf_domain = "bulk.example"};
  EXPECT_EQ(reasons_of(facts), "sender.not_aligned");
}

TEST(MailJudge, ForgivesAListWhatItBreaks) {
  MailFacts facts = calm_mail();
  facts.list = true;
  facts.authentication.dkim = AuthenticationResult::kFail;
  facts.authentication.dmarc = AuthenticationResult::kFail;
  facts.authentication.spf_domain = "lists.example";
  EXPECT_LT(judge_mail(facts, shipped_content(), {}).score, kMailWarnScore);
}

TEST(MailJudge, SeesWhereAnswersGo) {
  MailFacts facts = calm_mail();
  facts.reply_to = {{"", "kim.orchard@gmail.com", "gmail.com"}};
  EXPECT_EQ(reasons_of(facts), "sender.reply_to_free_mail");
  facts.reply_to = {{"", "kim@plum.example", "plum.example"}};
  EXPECT_EQ(reasons_of(facts), "sender.reply_elsewhere");
  facts.reply_to = {{"", "desk@help.orchard.example", "help.orchard.example"}};
  EXPECT_EQ(reasons_of(facts), "");
}

TEST(MailJudge, ComparesWhatALinkShowsWithWhereItLeads) {
  MailFacts facts = calm_mail();
  facts.links = {{.url = "https://orchard.example/x", .text = "www.orchard.example"}};
  EXPECT_EQ(reasons_of(facts), "");
  facts.links = {{.url = "https://plum.example/x", .text = "https://www.mybank.com/login"}};
  EXPECT_EQ(reasons_of(facts),
            "link.other_than_shown link.bare link.foreign_only link.unknown_only");
  facts.links = {{.url = "https://orchard.example/x", .text = "Read more"},
                 {.url = "https://orchard.example/y", .text = "report.zip"},
                 {.url = "https://click.example/z", .text = "orchard.example"}};
  EXPECT_EQ(reasons_of(facts), "");
}

TEST(MailJudge, JudgesLinksAsEverywhere) {
  MailFacts facts = calm_mail();
  facts.links = {{.url = "https://paypal.com.orchard.example/login"}};
  const JudgedMail judged = judge_mail(facts, shipped_content(), {});
  ASSERT_FALSE(judged.reasons.empty());
  EXPECT_EQ(judged.reasons[0].id, "link.suspicious");
  EXPECT_EQ(judged.verdict, LinkVerdict::kWarn);
  EXPECT_EQ(judged.techniques, std::vector<std::string>{"T1660"});
  facts.links = {{.url = "http://192.0.2.7/x"}};
  EXPECT_NE(reasons_of(facts).find("link.number"), std::string::npos);
}

TEST(MailJudge, LooksAtWhatIsAttached) {
  const auto sign_for = [](MailAttachment attachment) {
    MailFacts facts = calm_mail();
    facts.attachments = {std::move(attachment)};
    return reasons_of(facts);
  };
  EXPECT_EQ(sign_for({.name = "a.pdf", .kind = AttachmentKind::kPdf}), "");
  EXPECT_EQ(sign_for({.name = "a.html", .kind = AttachmentKind::kHtml, .has_script = true}),
            "attachment.html attachment.html_script");
  EXPECT_EQ(sign_for({.name = "a.svg", .kind = AttachmentKind::kSvg, .is_inline = true}), "");
  EXPECT_EQ(sign_for({.name = "a.svg", .kind = AttachmentKind::kSvg}), "attachment.svg");
  EXPECT_EQ(sign_for({.name = "a.iso", .kind = AttachmentKind::kDiskImage}),
            "attachment.disk_image");
  EXPECT_EQ(sign_for({.name = "a.lnk", .kind = AttachmentKind::kShortcut}), "attachment.shortcut");
  EXPECT_EQ(sign_for({.name = "a.apk", .kind = AttachmentKind::kAndroidApp}), "attachment.app");
  EXPECT_EQ(sign_for({.name = "a.mobileconfig", .kind = AttachmentKind::kConfigurationProfile}),
            "attachment.profile");
  EXPECT_EQ(sign_for({.name = "a.zip",
                      .kind = AttachmentKind::kArchive,
                      .encrypted = true,
                      .contains = {AttachmentKind::kPdf, AttachmentKind::kScript}}),
            "attachment.archive_of_bad attachment.encrypted");
  EXPECT_EQ(
      sign_for(
          {.name = "a.pdf.exe", .kind = AttachmentKind::kExecutable, .double_extension = true}),
      "attachment.program attachment.double_extension");
}

TEST(MailJudge, SeesFormsAndPictureMails) {
  MailFacts facts = calm_mail();
  facts.forms = {{.action = "https://plum.example/", .password = true}};
  EXPECT_EQ(reasons_of(facts), "form.password");
  facts = calm_mail();
  facts.has_html = true;
  facts.text = "Hi";
  facts.links = {{.url = "https://orchard.example/", .image = true}};
  EXPECT_EQ(reasons_of(facts), "page.image_only");
}

TEST(MailJudge, TheWordingAloneNeverBlocks) {
  MailFacts facts = calm_mail();
  facts.text =
      "Dear customer, unusual activity: your account has been suspended. Verify your identity "
      "within "
      "24 hours. You have won a gift card. Send 500 in bitcoin: I hacked your device. Click here.";
  const JudgedMail judged = judge_mail(facts, shipped_content(), {});
  EXPECT_EQ(judged.score, kMaxTextPoints);
  EXPECT_EQ(judged.verdict, LinkVerdict::kWarn);
  ASSERT_FALSE(judged.cues.empty());
  const std::string text = mail_text(facts);
  for (const FoundCue& found : judged.cues) EXPECT_LE(found.end, text.size());
}

}  // namespace
}  // namespace bartizan::detect
