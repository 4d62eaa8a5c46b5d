#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "detect/link/text_links.h"
#include "mail/attachment.h"
#include "mail/authentication.h"
#include "mail/charset.h"
#include "mail/mbox.h"
#include "mail/reader.h"

namespace bartizan::mail {
namespace {

using detect::AttachmentKind;
using detect::AuthenticationResult;
using detect::MailFacts;
using detect::MailLinkKind;

MailFacts read(const std::string& mail, const ReadOptions& options = {}) {
  const Result<MailFacts> facts = read_mail(as_bytes(mail), options);
  if (facts.ok()) return *facts;
  ADD_FAILURE() << facts.error().message;
  return {};
}

std::string html_mail(const std::string& body) {
  return "From: a@b.example\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
         "Content-Type: text/html; charset=utf-8\r\n\r\n" +
         body;
}

std::string with_attachment(const std::string& headers, const std::string& content) {
  return "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
         "boundary=x\r\n\r\n"
         "--x\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n--x\r\n" +
         headers + "\r\n\r\n" + content + "\r\n--x--\r\n";
}

std::vector<std::string> ids(const MailFacts& facts) { return parse::anomaly_ids(facts.anomalies); }

TEST(MailReader, ReadsWhoWritesWhat) {
  const MailFacts facts = read(
      "From: =?utf-8?q?Caf=C3=A9_Support?= <Help@Cafe.Example>\r\nReply-To: <x@gmail.com>\r\n"
      "Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\nList-Id: <l.example>\r\nReferences: <1@b.example>\r\n"
      "Return-Path: <bounce@out.example>\r\n\r\nHello https://a.example/x).\r\n");
  ASSERT_EQ(facts.from.size(), 1u);
  EXPECT_EQ(facts.from[0].name, "Café Support");
  EXPECT_EQ(facts.from[0].address, "Help@Cafe.Example");
  EXPECT_EQ(facts.from[0].domain, "cafe.example");
  EXPECT_EQ(facts.reply_to[0].domain, "gmail.com");
  EXPECT_EQ(facts.subject, "Grüße");
  EXPECT_EQ(facts.return_path_domain, "out.example");
  EXPECT_TRUE(facts.list);
  EXPECT_TRUE(facts.reply);
  ASSERT_EQ(facts.links.size(), 1u);
  EXPECT_EQ(facts.links[0].url, "https://a.example/x");
  EXPECT_EQ(facts.links[0].kind, MailLinkKind::kText);
}

TEST(MailReader, TakesThePageBeforeThePlainText) {
  const MailFacts facts = read(
      "From: a@b.example\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/alternative; boundary=x\r\n\r\n"
      "--x\r\nContent-Type: text/plain\r\n\r\nharmless\r\n"
      "--x\r\nContent-Type: text/html; charset=iso-8859-1\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
      "<p>gr=FC=DFe</p><a href=3D\"https://evil.example/\">bank.example</a>"
      "<img src=3Dhttps://t.example/o.gif width=3D1><form action=3Dhttps://f.example/>"
      "<input type=3Dpassword></form>\r\n--x--\r\n");
  EXPECT_EQ(facts.text, "grüße\nbank.example\n\n");
  EXPECT_EQ(facts.tracking_pixels, 1u);
  ASSERT_EQ(facts.forms.size(), 1u);
  EXPECT_TRUE(facts.forms[0].password);
  const auto anchor = std::find_if(facts.links.begin(), facts.links.end(), [](const auto& link) {
    return link.kind == MailLinkKind::kAnchor;
  });
  ASSERT_NE(anchor, facts.links.end());
  EXPECT_EQ(anchor->text, "bank.example");
}

TEST(MailReader, RefusesWhatIsNoMail) {
  EXPECT_EQ(read_mail(as_bytes("")).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(read_mail(as_bytes("%PDF-1.4 nothing: here")).error().code, ErrorCode::kInvalid);
}

TEST(MailReader, ReadsMalformedTextAsFarAsItGoes) {
  const MailFacts facts = read(html_mail("a\xff\xc3 b"));
  EXPECT_EQ(facts.text, "a\ufffd\ufffd b\n");
  EXPECT_EQ(ids(facts), std::vector<std::string>{"mail.invalid_utf8"});
  EXPECT_EQ(
      ids(read("From: a@b.example\r\nContent-Type: text/plain; charset=klingon\r\n\r\nx\r\n")),
      std::vector<std::string>{"mail.unknown_charset"});
}

TEST(MailReader, SaysThatTheSenderIsMissingOrTwofold) {
  EXPECT_EQ(ids(read("Subject: x\r\n\r\ny")), std::vector<std::string>{"mail.no_from"});
  EXPECT_EQ(ids(read("From: a@b.example\r\nFrom: c@d.example\r\n\r\ny")),
            std::vector<std::string>{"mail.two_from"});
}

TEST(MailReader, BoundsNestingAndParts) {
  std::string deep = "From: a@b.example\r\nMIME-Version: 1.0\r\n";
  for (int i = 0; i < 2000; ++i) {
    const std::string name = "b" + std::to_string(i);
    deep += "Content-Type: multipart/mixed; boundary=" + name + "\r\n\r\n--" + name + "\r\n";
  }
  const MailFacts nested = read(deep + "Content-Type: text/plain\r\n\r\nx");
  EXPECT_TRUE(nested.truncated);
  EXPECT_EQ(ids(nested), std::vector<std::string>{"mail.depth"});
  std::string wide =
      "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n";
  for (int i = 0; i < 2000; ++i) wide += "--x\r\nContent-Type: text/plain\r\n\r\nx\r\n";
  const MailFacts many = read(wide + "--x--\r\n");
  EXPECT_TRUE(many.truncated);
  EXPECT_EQ(ids(many), std::vector<std::string>{"mail.limit"});
}

TEST(MailReader, ReadsTenMegabytes) {
  std::string text;
  while (text.size() < (10u << 20)) text += "--line of text https://a.example/\r\n";
  const MailFacts facts = read("From: a@b.example\r\n\r\n" + text);
  EXPECT_LE(facts.text.size(), kMaxText + 1);
  EXPECT_EQ(facts.links.size(), 1u);
  EXPECT_TRUE(facts.truncated);
}

TEST(MailReader, TellsFilesByTheirBytes) {
  const MailFacts facts = read(with_attachment(
      "Content-Type: application/pdf; name=invoice.pdf\r\nContent-Disposition: attachment",
      "<html><script>x()</script><form action=https://f.example/><input type=password>"));
  ASSERT_EQ(facts.attachments.size(), 1u);
  EXPECT_EQ(facts.attachments[0].kind, AttachmentKind::kHtml);
  EXPECT_TRUE(facts.attachments[0].type_differs);
  EXPECT_TRUE(facts.attachments[0].has_script);
  ASSERT_EQ(facts.forms.size(), 1u);
  EXPECT_TRUE(facts.forms[0].attached);
}

TEST(MailReader, ReadsQrCodesInPictures) {
  // A PNG of one bit a pixel, of what libqrencode makes of "https://evil.example/qr".
  const MailFacts facts = read(with_attachment(
      "Content-Type: image/png; name=code.png\r\nContent-Transfer-Encoding: base64",
      "iVBORw0KGgoAAAANSUhEUgAAAIQAAACEAQAAAAB5P74KAAAAv0lEQVR42u3WUQrEIAwE0LnB3P+W\r\n"
      "uUGaiS7UXVjQ6WfFir4PITFKkV8t8MoqAPjEhNVDgz5HwIE98YSJRwQZaUsHSK6x74sS3m05gn3p\r\n"
      "hp/a2JaKEhFj5ok+lgKOhOpJR1hGQ1IL1WVEOqINqzORnihfKa6yMqSLoLLFCpWOzPQLLKltqePr\r\n"
      "G3wual3hujOG9JaIaefCmbRafzJ/JopQ1xYEXVGMzLClLls/S470IarS7xnbl/GyaQxL3r+CP3IB\r\n"
      "wejK9IKDsqkAAAAASUVORK5CYII=\r\n"));
  EXPECT_EQ(facts.qr_codes, 1u);
  ASSERT_EQ(facts.links.size(), 1u);
  EXPECT_EQ(facts.links[0].url, "https://evil.example/qr");
  EXPECT_EQ(facts.links[0].kind, MailLinkKind::kQrCode);
}

TEST(MailReader, ReadsLinksOfPdfs) {
  const MailFacts facts = read(with_attachment(
      "Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment",
      "%PDF-1.4\n1 0 obj <</S /URI /URI (https://evil.example/pdf)>> endobj"));
  ASSERT_EQ(facts.links.size(), 1u);
  EXPECT_EQ(facts.links[0].kind, MailLinkKind::kPdf);
}

TEST(MailAttachment, KnowsKindsByNameAndTricksOfNames) {
  std::vector<parse::Anomaly> anomalies;
  const auto describe = [&](const std::string& name, std::string_view bytes) {
    return describe_attachment(name, "application/octet-stream", as_bytes(bytes), anomalies);
  };
  EXPECT_EQ(describe("a.mobileconfig", "x").kind, AttachmentKind::kConfigurationProfile);
  EXPECT_EQ(describe("a.iso", "x").kind, AttachmentKind::kDiskImage);
  EXPECT_EQ(describe("a.txt", "MZ\x90").kind, AttachmentKind::kExecutable);
  using namespace std::string_view_literals;
  EXPECT_EQ(describe("a", "L\0\0\0\x01\x14\x02\0rest"sv).kind, AttachmentKind::kShortcut);
  EXPECT_EQ(describe("a", "<?xml version='1.0'?><svg onload='x()'/>").kind, AttachmentKind::kSvg);
  EXPECT_TRUE(describe("invoice.pdf .exe", "MZ").double_extension);
  EXPECT_FALSE(describe("v1.2.exe", "MZ").double_extension);
  EXPECT_TRUE(describe("ann\u202egpj.exe", "MZ").deceptive_name);
}

TEST(MailAuthentication, ReadsRfc8601) {
  const auto read_results = [](const char* text) { return parse_authentication_results(text); };
  const auto checks = read_results(
      "mx.example.net 1; spf=pass (sender; \"x\") smtp.mailfrom=bounce@out.example;\r\n"
      " dkim=fail reason=\"bad\" header.d=x.example; dkim = pass header.d=b.example;\r\n"
      " dmarc=fail (p=REJECT dis=none) header.from=b.example");
  EXPECT_EQ(checks.server, "mx.example.net");
  EXPECT_EQ(checks.spf, AuthenticationResult::kPass);
  EXPECT_EQ(checks.spf_domain, "out.example");
  EXPECT_EQ(checks.dkim, AuthenticationResult::kPass);
  EXPECT_EQ(checks.dkim_domains, std::vector<std::string>{"b.example"});
  EXPECT_EQ(checks.dmarc, AuthenticationResult::kFail);
  EXPECT_TRUE(checks.dmarc_enforced);
  const auto exchange = read_results(
      "spf=none (sender IP is 192.0.2.1) smtp.mailfrom=a.example; dkim=none (message not "
      "signed)\r\n"
      " header.d=none;dmarc=bestguesspass action=none header.from=a.example;compauth=fail "
      "reason=001");
  EXPECT_EQ(exchange.server, "");
  EXPECT_EQ(exchange.spf, AuthenticationResult::kNone);
  EXPECT_EQ(exchange.dmarc, AuthenticationResult::kNone);
  EXPECT_TRUE(exchange.composite_fail);
  EXPECT_FALSE(exchange.dmarc_enforced);
}

TEST(Authentication, WhatTheSenderChoosesAddsNoResult) {
  const detect::MailAuthentication quoted = parse_authentication_results(
      "mx.corp.example; spf=pass smtp.mailfrom=\"a; dmarc=pass x\"@evil.example; dmarc=fail");
  EXPECT_EQ(quoted.dmarc, AuthenticationResult::kFail);
  EXPECT_EQ(quoted.spf_domain, "evil.example");
}

TEST(Authentication, EachSpfResultHasItsOwnDomain) {
  const detect::MailAuthentication two = parse_authentication_results(
      "mx.corp.example; spf=fail smtp.mailfrom=a@paypal.com; spf=pass smtp.helo=evil.example");
  EXPECT_EQ(two.spf, AuthenticationResult::kFail);
  EXPECT_EQ(two.spf_domain, "paypal.com");
  const detect::MailAuthentication turned = parse_authentication_results(
      "mx.corp.example; spf=pass smtp.helo=evil.example; spf=fail smtp.mailfrom=a@paypal.com");
  EXPECT_EQ(turned.spf, AuthenticationResult::kFail);
  EXPECT_EQ(turned.spf_domain, "paypal.com");
}

TEST(Authentication, LinesBelowTheReceiversCountForNothing) {
  const Header real{"received", "from x by mx.corp.example with ESMTPS; Mon, 1 Jun 2026 00:00:00"};
  const Header forged{"received", "from y by mx.google.com with ESMTPS; Mon, 1 Jun 2026 00:00:00"};
  const Header claim{"authentication-results", "mx.google.com; dmarc=pass header.from=paypal.com"};
  bool untrusted = false;
  EXPECT_FALSE(find_authentication({real, forged, claim, forged}, "", untrusted).present);
  EXPECT_TRUE(untrusted);
  const Header spf{"received-spf", "Pass (x) envelope-from=a@paypal.com;"};
  EXPECT_FALSE(find_authentication({real, forged, spf, forged}, "", untrusted).present);
}

TEST(Authentication, LongBlanksTakeNoTime) {
  const std::string many = "a; " + std::string(16'000, ' ') + "x=y";
  for (int i = 0; i < 200; ++i) (void)parse_authentication_results(many);
}

TEST(MailAuthentication, BelievesTheReceiverAlone) {
  const Header hop{"received", "from a (b) by mx.corp.example with ESMTP; Mon"};
  const Header ours{"authentication-results", "mx.corp.example; dmarc=fail"};
  const Header theirs{"authentication-results", "mail.evil.example; dmarc=pass"};
  bool untrusted = false;
  EXPECT_EQ(find_authentication({ours, hop, theirs}, "", untrusted).dmarc,
            AuthenticationResult::kFail);
  EXPECT_TRUE(untrusted);
  EXPECT_FALSE(find_authentication({hop, theirs}, "", untrusted).present);
  EXPECT_TRUE(untrusted);
  EXPECT_EQ(find_authentication({hop, ours}, "", untrusted).dmarc, AuthenticationResult::kFail);
  EXPECT_FALSE(untrusted);
  EXPECT_FALSE(find_authentication({ours, hop}, "other.example", untrusted).present);
  EXPECT_EQ(find_authentication({{"received-spf", "Fail (x) envelope-from=a@b.example;"}, hop}, "",
                                untrusted)
                .spf_domain,
            "b.example");
}

TEST(Mbox, IsCutAtItsMarkers) {
  const std::string text =
      "From a@b Mon\nSubject: 1\n\nx\nFrom the start\n\nFrom c@d Tue\r\nSubject: 2\r\n\r\nx\n";
  ASSERT_TRUE(looks_like_mbox(as_bytes(text)));
  const MboxMails mbox = split_mbox(as_bytes(text));
  ASSERT_EQ(mbox.mails.size(), 2u);
  EXPECT_EQ(as_text(mbox.mails[1]), "Subject: 2\r\n\r\nx\n");
}

TEST(TextLinks, EndWhereTheSentenceGoesOn) {
  EXPECT_EQ(detect::find_text_links(
                "(see HTTPS://a.example/b_(c)), www.d.example. xhttp://no http://", 10),
            (std::vector<std::string>{"HTTPS://a.example/b_(c)", "www.d.example"}));
  EXPECT_EQ(detect::find_text_links("http://a.b http://c.d", 1).size(), 1u);
}

}  // namespace
}  // namespace bartizan::mail
