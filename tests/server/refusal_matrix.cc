#include "tests/server/refusal_matrix.h"

#include <algorithm>
#include <ctime>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/aws/time.h"
#include "sigv4/encoding.h"

namespace keymill::test {
namespace {

// A connection of its own for each request: http::Client cannot send a body in HTTP chunks.
class Socket {
 public:
  explicit Socket(const std::string& port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect");
    }
  }
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void write(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server has refused the rest
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  std::string read_to_end() {
    std::string text;
    char buffer[4096];
    for (;;) {
      const auto got = ::recv(descriptor_, buffer, sizeof buffer, 0);
      if (got <= 0) return text;
      text.append(buffer, static_cast<std::size_t>(got));
    }
  }

 private:
  int descriptor_;
};

std::string Hex(std::size_t number) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (; number > 0; number /= 16) text.insert(text.begin(), kDigits[number % 16]);
  return text;
}

/// In chunks that respect nothing of what they carry.
std::string InHttpChunks(std::string_view body) {
  constexpr std::size_t kSize = 1031;
  std::string text;
  for (; !body.empty(); body.remove_prefix(std::min(kSize, body.size()))) {
    const auto piece = body.substr(0, kSize);
    text.append(Hex(piece.size())).append("\r\n").append(piece).append("\r\n");
  }
  return text + "0\r\n\r\n";
}

}  // namespace

Wire Wire::with(std::string name, std::string value) && {
  headers.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}

Wire Wire::without(std::string_view name) && {
  headers.erase(std::remove_if(headers.begin(), headers.end(),
                               [&](const auto& line) { return sigv4::equals_ignoring_case(line.first, name); }),
                headers.end());
  return std::move(*this);
}

Wire Wire::set(std::string_view name, std::string value) && {
  return std::move(*this).without(name).with(std::string(name), std::move(value));
}

Wire Wire::change(std::string_view name, std::string_view from, std::string_view to) && {
  const auto line = std::find_if(headers.begin(), headers.end(),
                                 [&](const auto& header) { return sigv4::equals_ignoring_case(header.first, name); });
  std::string& text = line == headers.end() ? target : line->second;
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("no '" + std::string(from) + "' in " + text);
  text.replace(at, from.size(), to);
  return std::move(*this);
}

Wire Wire::as(std::string new_method) && {
  method = std::move(new_method);
  return std::move(*this);
}

std::string Reply::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (sigv4::equals_ignoring_case(key, name)) return value;
  }
  return {};
}

Reply World::send(const Wire& wire) const {
  std::string text = wire.method + " " + wire.target + " HTTP/1.1\r\nConnection: close\r\n";
  for (const auto& [name, value] : wire.headers) text.append(name).append(": ").append(value).append("\r\n");
  const bool framed = std::any_of(wire.headers.begin(), wire.headers.end(), [](const auto& line) {
    return sigv4::equals_ignoring_case(line.first, "content-length");
  });
  if (wire.http_chunks) {
    text += "Transfer-Encoding: chunked\r\n";
  } else if (!framed) {
    text.append("Content-Length: ").append(std::to_string(wire.body.size())).append("\r\n");
  }
  Socket socket(server.port());
  socket.write(text + "\r\n");
  socket.write(wire.http_chunks ? InHttpChunks(wire.body) : wire.body);
  const std::string answer = socket.read_to_end();
  Reply reply;
  if (answer.size() < 12) return reply;
  reply.status = std::stoi(answer.substr(9, 3));
  std::size_t at = answer.find("\r\n") + 2;
  for (std::size_t end; (end = answer.find("\r\n", at)) != std::string::npos && end > at; at = end + 2) {
    const auto colon = answer.find(':', at);
    reply.headers.emplace_back(answer.substr(at, colon - at),
                               sigv4::trim(std::string_view(answer).substr(colon + 1, end - colon - 1)));
  }
  reply.body = answer.substr(std::min(answer.size(), at + 2));
  return reply;
}

sigv4::Signing World::signing(std::string service, std::int64_t seconds_from_now) const {
  sigv4::Signing signing{"us-east-1", std::move(service), std::time(nullptr) + seconds_from_now};
  if (!signing.service.starts_with("s3")) signing.options = sigv4::kService;
  return signing;
}

Wire Draft::wire(const std::string& query, const std::vector<sigv4::HeaderLine>& added) const {
  Wire out{request.method, query.empty() ? request.path : request.path + "?" + query};
  for (const auto* lines : {&request.headers, &added}) {
    for (const auto& line : *lines) out.headers.emplace_back(line.name, line.value);
  }
  out.body = body;
  return out;
}

Wire Draft::sign() const {
  return wire(request.query, sigv4::sign(request, credentials, signing).headers);
}

Wire Draft::presign() const {
  return wire(sigv4::presign(request, credentials, signing, expires).query, {});
}

Wire Draft::sign_v2() const {
  Draft dated = *this;
  dated.request.headers.push_back({"Date", aws::HttpDate(signing.time * 1000)});
  return dated.wire(request.query, sigv4::sign_v2(dated.request, credentials).headers);
}

Wire Draft::presign_v2() const {
  return wire(sigv4::presign_v2(request, credentials, signing.time + expires).query, {});
}

Wire Draft::plain() const {
  return wire(request.query, {});
}

}  // namespace keymill::test
