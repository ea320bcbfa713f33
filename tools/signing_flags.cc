#include "tools/signing_flags.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

#include <CLI/CLI.hpp>

#include "server/aws/time.h"
#include "sigv4/encoding.h"
#include "sigv4/timestamp.h"

namespace keymill::tools {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// AWS's shared-credentials file: [profile] sections of `name = value`.
bool ReadProfile(const std::string& file, const std::string& profile, sigv4::Credentials& out) {
  std::ifstream in(file);
  std::string line, section;
  while (std::getline(in, line)) {
    auto text = sigv4::trim(std::string_view(line).substr(0, line.find('\r')));
    if (text.starts_with('[') && text.ends_with(']')) {
      section = sigv4::trim(text.substr(1, text.size() - 2));
      continue;
    }
    auto equals = text.find('=');
    if (section != profile || equals == std::string_view::npos) continue;
    auto name = sigv4::trim(text.substr(0, equals));
    std::string value(sigv4::trim(text.substr(equals + 1)));
    if (name == "aws_access_key_id") out.access_key_id = value;
    if (name == "aws_secret_access_key") out.secret_access_key = value;
    if (name == "aws_session_token") out.session_token = value;
  }
  return !out.access_key_id.empty() && !out.secret_access_key.empty();
}

}  // namespace

void SigningFlags::add_to(CLI::App& command) {
  add_identity_to(command);
  command.add_option("--service", service, "Service of the credential scope")->capture_default_str();
}

void SigningFlags::add_identity_to(CLI::App& command) {
  command.add_option("--access-key", access_key, "Access key id [AWS_ACCESS_KEY_ID]")->type_name("ID");
  command.add_option("--secret", secret, "Secret access key [AWS_SECRET_ACCESS_KEY]")->type_name("SECRET");
  command.add_option("--session-token", session_token, "Session token [AWS_SESSION_TOKEN]")->type_name("TOKEN");
  command.add_option("--profile", profile, "Profile of the credentials file [AWS_PROFILE]")->type_name("NAME");
  command
      .add_option("--credentials-file", credentials_file,
                  "File in AWS's shared-credentials format [AWS_SHARED_CREDENTIALS_FILE, ~/.aws/credentials]")
      ->type_name("FILE");
  command.add_option("--region", region, "Region of the credential scope")->capture_default_str();
}

sigv4::Credentials SigningFlags::credentials() const {
  if (!access_key.empty() || !secret.empty()) {
    if (access_key.empty() || secret.empty()) throw std::runtime_error("--access-key and --secret need each other");
    return {access_key, secret, session_token};
  }
  if (profile.empty() && credentials_file.empty() && !Environment("AWS_ACCESS_KEY_ID").empty()) {
    return {Environment("AWS_ACCESS_KEY_ID"), Environment("AWS_SECRET_ACCESS_KEY"), Environment("AWS_SESSION_TOKEN")};
  }
  auto file = credentials_file;
  if (file.empty()) file = Environment("AWS_SHARED_CREDENTIALS_FILE");
  if (file.empty()) file = Environment("HOME") + "/.aws/credentials";
  auto section = profile;
  if (section.empty()) section = Environment("AWS_PROFILE");
  if (section.empty()) section = "default";
  sigv4::Credentials found;
  if (ReadProfile(file, section, found)) return found;
  throw std::runtime_error(
      "no credentials: give --access-key and --secret, set AWS_ACCESS_KEY_ID and "
      "AWS_SECRET_ACCESS_KEY, or name a --profile (" +
      file + " has no complete [" + section + "])");
}

Url::Url(std::string_view text) {
  auto separator = text.find("://");
  scheme = text.substr(0, separator);
  if (separator == std::string_view::npos || (scheme != "http" && scheme != "https")) {
    throw std::invalid_argument("'" + std::string(text) + "' is not an http:// or https:// URL");
  }
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; })) {
    throw std::invalid_argument("'" + std::string(text) + "' has a space or a control character: percent-encode it");
  }
  text.remove_prefix(separator + 3);
  text = text.substr(0, text.find('#'));
  auto end = text.find_first_of("/?");
  host = text.substr(0, end);
  if (host.empty()) throw std::invalid_argument("the URL has no host");
  auto rest = end == std::string_view::npos ? std::string_view() : text.substr(end);
  auto mark = rest.find('?');
  path = rest.substr(0, mark);
  if (path.empty()) path = "/";
  if (mark != std::string_view::npos) query = rest.substr(mark + 1);
}

std::int64_t ParseTime(const std::string& text) {
  if (auto basic = sigv4::parse_iso_basic(text)) return *basic;
  if (auto extended = aws::ParseIso(text)) return *extended / 1000;
  throw std::invalid_argument("'" + text + "' is not a time such as 20250131T080910Z");
}

std::string ReadFile(const std::string& name) {
  if (name == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
  std::ifstream in(name, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string ShellQuoted(std::string_view text) {
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

}  // namespace keymill::tools
