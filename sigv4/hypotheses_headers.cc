// Hypotheses about Host and the other signed headers.
#include <algorithm>
#include <array>

#include "sigv4/encoding.h"
#include "sigv4/hypotheses.h"

namespace keymill::sigv4::hypothesis {

using Pairs = std::vector<std::pair<std::string, std::string>>;

bool host_port(Trial& trial) {
  Attempt probe = trial.base;
  const std::string* host = header_of(probe, "host");
  if (host == nullptr) return false;
  const std::size_t colon = host->find(':');
  const std::string bare = host->substr(0, colon);
  if (try_header(trial, "host", bare, "Host was signed without its port: sign it as it is sent")) return true;
  for (const std::string_view port : {":80", ":443", ":5396", ":9000", ":4566", ":8080"}) {
    if (try_header(trial, "host", bare + std::string(port),
                   "Host was signed with port " + quoted(port.substr(1)) + ", sent " +
                       (colon == std::string::npos ? "without" : "with another"))) {
      return true;
    }
  }
  return false;
}

bool host_rewritten(Trial& trial) {
  if (header_of(trial.base, "host") == nullptr) return false;
  std::vector<std::string> hosts;
  for (const Header& header : trial.verifier.request().headers) {
    for (const std::string_view name :
         {"x-forwarded-host", "x-original-host", "x-forwarded-server", "forwarded", "host"}) {
      if (!equals_ignoring_case(header.name, name)) continue;
      std::string value(header.value);
      if (name == "forwarded") {
        const std::size_t at = lower(value).find("host=");
        if (at == std::string::npos) continue;
        value = value.substr(at + 5);
        value = replaced(value.substr(0, value.find_first_of(";,")), "\"", "");
      }
      hosts.push_back(value.substr(0, value.find(',')));
      hosts.push_back(lower(hosts.back()));
    }
  }
  const std::string region = trial.base.key_region;
  const std::string service = trial.base.key_service;
  hosts.insert(hosts.end(), {service + ".amazonaws.com", service + "." + region + ".amazonaws.com", "localhost",
                             "127.0.0.1", "localhost:5396", "127.0.0.1:5396"});
  const std::string& path = trial.base.path;
  const std::string bucket =
      path.substr(1, path.find('/', 1) == std::string::npos ? std::string::npos : path.find('/', 1) - 1);
  if (!bucket.empty()) hosts.push_back(bucket + ".s3.amazonaws.com");
  for (const std::string& host : hosts) {
    if (try_header(trial, "host", host,
                   "signed for Host " + quoted(host) + ": a proxy or the client changed Host on the way")) {
      return true;
    }
  }
  return false;
}

bool header_not_trimmed(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  Attempt raw = trial.base;
  for (auto& [name, value] : raw.headers) {
    std::string whole;
    bool first = true;
    for (const Header& header : trial.verifier.request().headers) {
      if (!equals_ignoring_case(header.name, name)) continue;
      whole.append(first ? "" : ",").append(header.value);
      first = false;
    }
    if (first || whole == value) continue;
    if (try_header(trial, name, whole,
                   "runs of spaces in header " + quoted(name) + " were signed as sent: they become one"))
      return true;
    value = whole;
  }
  return trial.matches(raw, "runs of spaces in header values were signed as sent: they become one");
}

bool repeated_header_joined_otherwise(Trial& trial) {
  for (const auto& [name, value] : trial.base.headers) {
    std::vector<std::string> values;
    for (const Header& header : trial.verifier.request().headers) {
      if (equals_ignoring_case(header.name, name)) values.emplace_back(trim(header.value));
    }
    if (values.size() < 2) continue;
    const auto try_joined = [&, &header = name](const std::vector<std::string>& list, std::string_view separator,
                                                std::string_view how) {
      return try_header(trial, header, joined(list, separator),
                        "the values of repeated header " + quoted(header) + " were " + std::string(how) +
                            ": join them with ',' in the order sent");
    };
    if (try_joined(values, ", ", "joined with ', '") || try_joined({values.front()}, ",", "reduced to the first") ||
        try_joined({values.back()}, ",", "reduced to the last")) {
      return true;
    }
    std::vector<std::string> other(values.rbegin(), values.rend());
    if (try_joined(other, ",", "reversed")) return true;
    std::sort(other.begin(), other.end());
    if (try_joined(other, ",", "sorted")) return true;
    other.erase(std::unique(other.begin(), other.end()), other.end());
    if (try_joined(other, ",", "freed of duplicates")) return true;
  }
  return false;
}

bool header_changed_in_transit(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  struct Usual {
    std::string_view name, value;
  };
  constexpr std::array<Usual, 20> kUsual = {{{"accept-encoding", "identity"},
                                             {"accept-encoding", "gzip"},
                                             {"accept-encoding", "gzip, deflate"},
                                             {"accept-encoding", "gzip, deflate, br"},
                                             {"accept-encoding", "gzip;q=1.0,deflate;q=0.6,identity;q=0.3"},
                                             {"accept", "*/*"},
                                             {"connection", "keep-alive"},
                                             {"connection", "close"},
                                             {"connection", "Keep-Alive"},
                                             {"content-length", "0"},
                                             {"transfer-encoding", "chunked"},
                                             {"expect", "100-continue"},
                                             {"cache-control", "no-cache"},
                                             {"content-type", "application/octet-stream"},
                                             {"content-type", "binary/octet-stream"},
                                             {"content-type", "application/x-www-form-urlencoded"},
                                             {"content-type", "application/x-www-form-urlencoded; charset=utf-8"},
                                             {"content-type", "application/x-www-form-urlencoded;charset=UTF-8"},
                                             {"content-type", "application/xml"},
                                             {"content-type", "text/plain"}}};
  for (const Usual& usual : kUsual) {
    if (try_header(
            trial, usual.name, std::string(usual.value),
            "header " + quoted(usual.name) + " was signed as " + quoted(usual.value) + " and changed on the way")) {
      return true;
    }
  }
  for (const auto& [name, value] : trial.base.headers) {
    if (name == "x-amz-security-token") continue;  // its value must not be shown
    if (try_header(trial, name, "", "header " + quoted(name) + " was signed empty and filled on the way") ||
        try_header(trial, name, lower(value), "header " + quoted(name) + " was signed in lower case")) {
      return true;
    }
    const std::string up_to_semicolon = value.substr(0, value.find(';'));
    if (try_header(trial, name, up_to_semicolon,
                   "header " + quoted(name) + " was signed as " + quoted(up_to_semicolon)))
      return true;
  }
  return false;
}

bool header_dropped(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  for (std::size_t i = 0; i < trial.base.headers.size(); ++i) {
    Attempt attempt = trial.base;
    const std::string name = attempt.headers[i].first;
    attempt.headers.erase(attempt.headers.begin() + static_cast<std::ptrdiff_t>(i));
    if (trial.matches(attempt, "header " + quoted(name) + " is in SignedHeaders but not among the signed header lines"))
      return true;
    std::vector<std::string> names;
    for (const auto& header : attempt.headers) names.push_back(header.first);
    attempt.signed_headers = joined(names, ";");
    if (trial.matches(attempt, "header " + quoted(name) + " was added to SignedHeaders after signing")) return true;
  }
  return false;
}

bool header_list_in_another_order(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  Attempt attempt = trial.base;
  attempt.signed_headers = trial.verifier.claim().signed_headers;
  if (trial.matches(attempt, "SignedHeaders was signed as sent: sort and lower-case it")) return true;
  std::vector<std::string> order;
  for (std::string& name : query_items(replaced(attempt.signed_headers, ";", "&"))) order.push_back(std::move(name));
  Pairs headers;
  for (const std::string& name : order) {
    for (const auto& header : trial.base.headers) {
      if (equals_ignoring_case(header.first, name)) headers.emplace_back(name, header.second);
    }
  }
  attempt.headers = headers;
  if (trial.matches(attempt,
                    "header lines were signed in the order and case of SignedHeaders: sort and lower-case them"))
    return true;
  std::reverse(attempt.headers.begin(), attempt.headers.end());
  return trial.matches(attempt, "header lines were signed in reverse order: sort them by name");
}

}  // namespace keymill::sigv4::hypothesis
