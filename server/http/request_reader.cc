#include "server/http/request_reader.h"

#include <cstring>

namespace keymill::http {
namespace {

constexpr std::size_t kHeadBuffer = 16 << 10;
constexpr std::size_t kBodyBuffer = 256 << 10;
// An unread body up to this size is read and dropped: a client that is still sending when it is refused would otherwise
// see a reset in place of the answer, and an upload with a retired key must end in InvalidAccessKeyId.
constexpr std::uint64_t kDrainLimit = 64 << 20;

bool HasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    auto comma = list.find(',');
    auto item = list.substr(0, comma);
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
    if (EqualsIgnoreCase(item, token)) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

// Two parties that disagree on where a body ends can be made to disagree on where the next request begins. So nothing
// but a lone `chunked` is taken for Transfer-Encoding, and not beside a Content-Length.
bool AmbiguousFraming(std::span<const sigv4::Header> headers) {
  int encodings = 0, lengths = 0;
  bool plain = true;
  for (const auto& [name, value] : headers) {
    if (EqualsIgnoreCase(name, "transfer-encoding")) {
      ++encodings;
      plain = plain && EqualsIgnoreCase(value, "chunked");
    }
    lengths += EqualsIgnoreCase(name, "content-length");
  }
  return encodings > 1 || !plain || (encodings == 1 && lengths > 0) || lengths > 1;
}

constexpr aws::ErrorKind kIncompleteBody{"IncompleteBody", 400, "The request body terminated unexpectedly"};
constexpr aws::ErrorKind kRequestTimeout{
    "RequestTimeout", 400,
    "Your socket connection to the server was not read from or written to within the timeout period. Idle connections "
    "will be closed."};

}  // namespace

RequestReader::~RequestReader() {
  if (workspace_) thread_.give_back(std::move(workspace_));
}

Task<RequestReader::Head> RequestReader::read_head() {
  bool started = workspace_ != nullptr && buffered() > 0;
  if (!started) {
    if (workspace_) thread_.give_back(std::move(workspace_));
    if (thread_.draining) co_return Head::kEnd;
    connection_.set_deadline(thread_.options.timeouts.idle);
    idle_ = true;
    bool readable = co_await connection_.wait_readable();
    idle_ = false;
    if (!readable) co_return Head::kEnd;
    workspace_ = thread_.borrow();
    workspace_->begin = workspace_->end = 0;
    if (workspace_->in.size() < kHeadBuffer) workspace_->in.resize(kHeadBuffer);
  }
  reading_head_ = true;
  connection_.set_deadline(thread_.options.timeouts.head);
  parser_.emplace(*workspace_, thread_.options.max_head);
  Head result = Head::kRequest;
  for (bool fresh = !started;; fresh = true) {
    if (fresh) {
      bool more = false, late = false;
      make_room();
      try {
        more = co_await read_more();
      } catch (const Disconnected&) {
        if (!connection_.timed_out()) throw;
        late = true;
      }
      if (late) {
        reason_ = Malformed::kTimeout;
        result = buffered() == 0 ? Head::kEnd : Head::kMalformed;
        break;
      }
      if (!more) co_return Head::kEnd;
    }
    ErrorCode ec = parse();
    if (ec) {
      reason_ = ec == boost::beast::http::error::header_limit ? Malformed::kHeadTooLarge : Malformed::kSyntax;
      result = Head::kMalformed;
      break;
    }
    if (parser_->is_header_done()) break;
  }
  reading_head_ = false;
  connection_.clear_deadline();
  if (result == Head::kRequest && AmbiguousFraming(workspace_->headers)) {
    reason_ = Malformed::kSyntax;
    result = Head::kMalformed;
  }
  if (result == Head::kRequest) make_request();
  co_return result;
}

// Room for more input behind what is there.
void RequestReader::make_room() {
  auto& w = *workspace_;
  if (w.end < w.in.size()) return;
  if (w.begin == 0) return w.in.resize(w.in.size() * 2);
  std::memmove(w.in.data(), w.in.data() + w.begin, buffered());
  w.end -= w.begin;
  w.begin = 0;
}

// False if the peer has finished.
Task<bool> RequestReader::read_more() {
  auto& w = *workspace_;
  auto got = co_await connection_.read_some(w.in.data() + w.end, w.in.size() - w.end);
  w.end += got;
  co_return got > 0;
}

// Gives the parser what is there. To need more is no error.
ErrorCode RequestReader::parse() {
  auto& w = *workspace_;
  ErrorCode ec;
  w.begin += parser_->put(asio::buffer(w.in.data() + w.begin, buffered()), ec);
  if (ec == boost::beast::http::error::need_more) ec = {};
  return ec;
}

void RequestReader::make_request() {
  const auto& parser = *parser_;
  request_ = Request{};
  request_.method = parser.method();
  request_.headers = workspace_->headers;
  request_.head_size = workspace_->text.size() + 4 * workspace_->headers.size();
  request_.peer = connection_.peer();
  request_.tls_version = connection_.tls_version();
  request_.secure = !request_.tls_version.empty();
  auto target = parser.target();
  if (auto scheme = target.find("://"); !target.starts_with('/') && scheme != std::string_view::npos) {
    auto slash = target.find('/', scheme + 3);  // absolute form, as proxies send it
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  auto mark = target.find('?');
  request_.raw_path = target.substr(0, mark);
  if (mark != std::string_view::npos) request_.raw_query = target.substr(mark + 1);
  request_.host = request_.header_or_empty("host");
  request_.chunked = parser.chunked();
  request_.content_length = parser.length();

  unread_ = request_.chunked ? 0 : parser.length().value_or(0);
  chunks_done_ = !request_.chunked;
  body_broken_ = false;
  auto connection = request_.header_or_empty("connection");
  keep_alive_ = parser.minor_version() >= 1 ? !HasToken(connection, "close") : HasToken(connection, "keep-alive");
  expects_continue_ = EqualsIgnoreCase(request_.header_or_empty("expect"), "100-continue");
}

bool RequestReader::worth_draining() const {
  return !expects_continue_ && unread_ <= kDrainLimit;
}

// So that the client can finish sending and see the answer.
Task<bool> RequestReader::drop_body() {
  if (body_broken_) co_return false;
  expects_continue_ = false;
  std::uint64_t dropped = 0;
  while (body_left()) {
    auto piece = co_await next();
    if (!piece || (piece->empty() && body_left())) co_return false;
    dropped += piece->size();
    if (dropped > kDrainLimit) co_return false;
  }
  co_return true;
}

Task<> RequestReader::drop_input() {
  auto& in = workspace_->in;
  for (std::uint64_t dropped = 0; dropped < kDrainLimit;) {
    auto got = co_await connection_.read_some(in.data(), in.size());
    if (got == 0) break;
    dropped += got;
  }
}

Task<> RequestReader::send_continue() {
  expects_continue_ = false;
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  co_await connection_.write_all({asio::const_buffer(kContinue.data(), kContinue.size()), asio::const_buffer()});
}

Task<Result<Bytes>> RequestReader::next() {
  if (body_broken_) co_return Bytes{};
  // Also before an empty body: a client that asked and is answered finally without it takes the connection for spent.
  if (expects_continue_ && buffered() == 0) co_await send_continue();
  if (unread_ == 0 && chunks_done_) co_return Bytes{};
  connection_.set_deadline(thread_.options.timeouts.stall);
  bool stalled = false;
  try {
    std::optional<Result<Bytes>> piece;  // no co_await in a conditional expression: GCC 12 destroys its operand twice
    if (request_.chunked) {
      piece.emplace(co_await next_chunked());
    } else {
      piece.emplace(co_await next_sized());
    }
    connection_.clear_deadline();
    if (!*piece) body_broken_ = true;
    co_return std::move(*piece);
  } catch (const Disconnected&) {
    body_broken_ = true;
    stalled = connection_.timed_out();
    if (!stalled) throw;
  }
  connection_.forget_timeout();
  co_return aws::Error(kRequestTimeout);
}

Task<Result<Bytes>> RequestReader::next_sized() {
  auto& w = *workspace_;
  if (buffered() == 0) {
    if (unread_ > kHeadBuffer && w.in.size() < kBodyBuffer) {
      w.in = std::vector<char>(kBodyBuffer);
    }
    w.begin = w.end = 0;
    auto room = std::min<std::uint64_t>(unread_, w.in.size());
    w.end = co_await connection_.read_some(w.in.data(), static_cast<std::size_t>(room));
    if (w.end == 0) {
      body_broken_ = true;
      co_return aws::Error(kIncompleteBody,
                           "You did not provide the number of bytes specified by the Content-Length HTTP header");
    }
  }
  auto take = static_cast<std::size_t>(std::min<std::uint64_t>(unread_, buffered()));
  Bytes piece(reinterpret_cast<const std::byte*>(w.in.data() + w.begin), take);
  w.begin += take;
  unread_ -= take;
  co_return piece;
}

Task<Result<Bytes>> RequestReader::next_chunked() {
  auto& w = *workspace_;
  for (;;) {
    if (buffered() > 0) {
      const auto before = w.begin;
      if (parse()) co_return aws::Error(kIncompleteBody);
      auto piece = parser_->take_piece();
      if (parser_->is_done()) chunks_done_ = true;
      if (!piece.empty()) co_return Bytes(reinterpret_cast<const std::byte*>(piece.data()), piece.size());
      if (chunks_done_) co_return Bytes{};
      if (w.begin > before && buffered() > 0) continue;
    }
    if (w.begin > 0) {
      std::memmove(w.in.data(), w.in.data() + w.begin, buffered());
      w.end -= w.begin;
      w.begin = 0;
    }
    if (w.in.size() < kBodyBuffer) w.in.resize(kBodyBuffer);
    if (w.end == w.in.size()) co_return aws::Error(kIncompleteBody);  // a chunk header without an end
    const bool more = co_await read_more();
    if (!more) co_return aws::Error(kIncompleteBody);
  }
}

}  // namespace keymill::http
