// What an attached file is, by its first bytes and its name: the declared type is its sender's
// word.
#pragma once

#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "detect/link/mail_facts.h"

namespace bartizan::mail {

// By the last extension of the name; kOther when it says nothing.
detect::AttachmentKind kind_of_name(std::string_view name);
// By the bytes; kOther when they say nothing.
detect::AttachmentKind kind_of_bytes(Bytes bytes);

// Everything about one file but its links: kinds, tricks of its name, what an archive holds by its
// directory. `anomalies`: mail.archive.
detect::MailAttachment describe_attachment(std::string name, std::string declared_type, Bytes bytes,
                                           std::vector<parse::Anomaly>& anomalies);

}  // namespace bartizan::mail
