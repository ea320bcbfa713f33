#include "server/http/response_writer.h"

#include <array>
#include <charconv>
#include <ctime>

#include "server/http/status.h"

namespace keymill::http {
namespace {

std::string_view CachedDate(std::uint64_t tick) {
  thread_local std::uint64_t made = ~std::uint64_t{0};
  thread_local std::array<char, 48> text;
  thread_local std::size_t size = 0;
  if (made != tick) {
    std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    size = std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    made = tick;
  }
  return {text.data(), size};
}

void AppendNumber(std::string& out, std::uint64_t value) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

}  // namespace

Task<> WriteResponse(Connection& connection, Response& response, const ResponseFraming& framing, std::string& out) {
  out.clear();
  out.append("HTTP/1.1 ");
  AppendNumber(out, static_cast<std::uint64_t>(response.status()));
  out.push_back(' ');
  out.append(ReasonPhrase(response.status()));
  out.append("\r\n");
  out.append(response.header_block());
  out.append(CachedDate(framing.tick));
  if (response.status() != 204 && response.status() != 304) {
    out.append("Content-Length: ");
    AppendNumber(out, response.length());
    out.append("\r\n");
  }
  if (!framing.keep_alive)
    out.append("Connection: close\r\n");
  else if (framing.http10)
    out.append("Connection: keep-alive\r\n");
  out.append("\r\n");

  bool with_body = !framing.head_only && response.status() != 204 && response.status() != 304;
  if (!with_body || !response.has_source()) {
    const std::string_view bytes = response.bytes();
    co_await connection.write_all({asio::buffer(out), with_body ? asio::buffer(bytes) : asio::const_buffer()});
    co_return;
  }
  asio::const_buffer head = asio::buffer(out);
  for (std::uint64_t left = response.length(); left > 0;) {
    const BodyPiece piece = co_await response.source()();
    const Bytes bytes = piece.bytes;
    if (bytes.empty()) throw Disconnected{};  // the promised length cannot be kept: break the connection, do not pad
    if (piece.file_pages) {
      if (head.size() > 0) co_await connection.write_all({head, asio::const_buffer()});
      co_await connection.write_pages(bytes);
    } else {
      co_await connection.write_all({head, asio::buffer(bytes.data(), bytes.size())});
    }
    head = {};
    left -= std::min<std::uint64_t>(left, bytes.size());
  }
  if (head.size() > 0) co_await connection.write_all({head, asio::const_buffer()});
}

}  // namespace keymill::http
