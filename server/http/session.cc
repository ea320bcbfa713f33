// One connection: read a head, let the application answer, write, drain what is left of the body, again.

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>

#include <boost/beast/http/status.hpp>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "server/http/head_parser.h"
#include "server/http/io.h"

namespace keymill::http {
namespace {

constexpr std::size_t kHeadBuffer = 16 << 10;
constexpr std::size_t kBodyBuffer = 256 << 10;
// An unread body up to this size is read and dropped: a client that is still sending when it is refused would otherwise
// see a reset in place of the answer, and an upload with a retired key must end in InvalidAccessKeyId.
constexpr std::uint64_t kDrainLimit = 64 << 20;
// Below this, copying costs less than handing pages over.
constexpr std::size_t kSpliceFrom = 64 << 10;
constexpr int kPipeBytes = 1 << 20;

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

void AppendNumber(std::string& out, std::uint64_t value) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

}  // namespace

// The pipe through which pages of files go to a socket. A broken transfer may leave pages in it, so it never outlives
// its connection.
struct Pipe {
  int out = -1, in = -1;
  static std::unique_ptr<Pipe> Open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return nullptr;
    auto pipe = std::make_unique<Pipe>();
    pipe->out = ends[0];
    pipe->in = ends[1];
    ::fcntl(pipe->in, F_SETPIPE_SZ, kPipeBytes);
    return pipe;
  }
  ~Pipe() {
    ::close(out);
    ::close(in);
  }
};

class Session final : public BodyStream {
 public:
  Session(IoThread::Impl& thread, tcp::socket socket) : thread_(thread), socket_(std::move(socket)) {
    next_ = thread_.sessions;
    if (next_) next_->previous_ = this;
    thread_.sessions = this;
  }
  ~Session() {
    if (workspace_) thread_.give_back(std::move(workspace_));
    (previous_ ? previous_->next_ : thread_.sessions) = next_;
    if (next_) next_->previous_ = previous_;
  }

  static DetachedTask Run(Session* session) {
    std::unique_ptr<Session> owner(session);
    try {
      co_await session->serve();
    } catch (const Disconnected&) {
    } catch (const std::exception&) {
      // The application answers its own faults; what arrives here has no request to answer.
    }
  }

  Task<Result<Bytes>> next() override;

  /// Called once a second by the thread.
  void check_deadline(std::uint64_t tick) {
    if (deadline_ != 0 && tick >= deadline_) {
      timed_out_ = true;
      deadline_ = 0;
      cancel();
    }
  }
  void drain() {
    if (idle_ || reading_head_) cancel();
  }
  void abort() {
    ErrorCode ignored;
    socket_.close(ignored);
  }
  Session* following() const { return next_; }

 private:
  // Waits until the socket is ready, resuming on this thread. False if the wait was cancelled (deadline, shutdown).
  struct Wait {
    Session& session;
    tcp::socket::wait_type type;
    ErrorCode ec{};
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) {
      session.socket_.async_wait(type, [this, coroutine](ErrorCode result) {
        ec = result;
        coroutine.resume();
      });
    }
    bool await_resume() const noexcept { return !ec; }
  };

  Task<> serve();
  Task<bool> read_head();
  Task<std::size_t> read_some(char* to, std::size_t room);
  Task<> write(Response& response, bool head_only);
  Task<> write_all(std::array<asio::const_buffer, 2> buffers);
  Task<> splice_all(Bytes bytes);
  Task<Result<Bytes>> next_sized();
  Task<Result<Bytes>> next_chunked();
  Task<> send_continue();
  Task<bool> finish_body();
  Task<> refuse(Malformed reason);
  void make_request();
  void cancel() {
    ErrorCode ignored;
    socket_.cancel(ignored);
  }
  void set_deadline(std::chrono::seconds limit) {
    deadline_ = thread_.tick + static_cast<std::uint64_t>(limit.count()) + 1;
  }
  std::size_t buffered() const { return workspace_->end - workspace_->begin; }

  IoThread::Impl& thread_;
  tcp::socket socket_;
  Session* next_ = nullptr;
  Session* previous_ = nullptr;
  std::unique_ptr<Workspace> workspace_;
  std::optional<HeadParser> parser_;
  Request request_;
  std::string peer_;
  std::unique_ptr<Pipe> pipe_;  // made for the first body that is spliced
  std::uint64_t deadline_ = 0;  // thread tick at which the current wait is given up; 0 = none
  std::uint64_t unread_ = 0;    // bytes of a sized body still to come
  bool timed_out_ = false;
  bool idle_ = false;
  bool reading_head_ = false;  // a request has begun, but not all of its head is here
  bool keep_alive_ = true;
  bool expects_continue_ = false;
  bool chunks_done_ = false;
  bool body_broken_ = false;
};

// Reads what is there, waiting for it if nothing is. 0 = the peer has finished. Throws Disconnected on errors and on
// the deadline (see timed_out_).
Task<std::size_t> Session::read_some(char* to, std::size_t room) {
  for (;;) {
    ErrorCode ec;
    auto got = socket_.read_some(asio::buffer(to, room), ec);
    if (!ec) co_return got;
    if (ec == asio::error::eof) co_return 0;
    if (ec != asio::error::would_block && ec != asio::error::try_again) throw Disconnected{};
    Wait wait{*this, tcp::socket::wait_read};
    if (!co_await wait) throw Disconnected{};
  }
}

// False at an orderly end of the connection; a malformed head is answered here.
Task<bool> Session::read_head() {
  bool started = workspace_ != nullptr && buffered() > 0;
  if (!started) {
    if (workspace_) thread_.give_back(std::move(workspace_));
    if (thread_.draining) co_return false;
    set_deadline(thread_.options.timeouts.idle);
    idle_ = true;
    Wait wait{*this, tcp::socket::wait_read};
    bool readable = co_await wait;
    idle_ = false;
    if (!readable) co_return false;
    workspace_ = thread_.borrow();
    workspace_->begin = workspace_->end = 0;
    if (workspace_->in.size() < kHeadBuffer) workspace_->in.resize(kHeadBuffer);
  }
  auto& w = *workspace_;
  reading_head_ = true;
  set_deadline(thread_.options.timeouts.head);
  parser_.emplace(w, thread_.options.max_head);
  std::optional<Malformed> trouble;
  for (bool fresh = !started;; fresh = true) {
    if (fresh) {
      if (w.end == w.in.size()) {
        if (w.begin > 0) {
          std::memmove(w.in.data(), w.in.data() + w.begin, buffered());
          w.end -= w.begin;
          w.begin = 0;
        } else {
          w.in.resize(w.in.size() * 2);
        }
      }
      std::size_t got = 0;
      try {
        got = co_await read_some(w.in.data() + w.end, w.in.size() - w.end);
      } catch (const Disconnected&) {
        if (!timed_out_) throw;
        trouble = Malformed::kTimeout;
      }
      if (trouble) break;
      if (got == 0) co_return false;
      w.end += got;
    }
    ErrorCode ec;
    w.begin += parser_->put(asio::buffer(w.in.data() + w.begin, buffered()), ec);
    if (ec == boost::beast::http::error::need_more) ec = {};
    if (ec) {
      trouble = ec == boost::beast::http::error::header_limit ? Malformed::kHeadTooLarge : Malformed::kSyntax;
      break;
    }
    if (parser_->is_header_done()) break;
  }
  reading_head_ = false;
  deadline_ = 0;
  if (!trouble && AmbiguousFraming(w.headers)) trouble = Malformed::kSyntax;
  if (trouble) {
    if (*trouble == Malformed::kTimeout && buffered() == 0) co_return false;
    co_await refuse(*trouble);
    co_return false;
  }
  make_request();
  co_return true;
}

void Session::make_request() {
  const auto& parser = *parser_;
  request_ = Request{};
  request_.method = parser.method();
  request_.headers = workspace_->headers;
  request_.head_size = workspace_->text.size() + 4 * workspace_->headers.size();
  request_.peer = peer_;
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

Task<> Session::serve() {
  ErrorCode ec;
  socket_.non_blocking(true, ec);
  socket_.set_option(tcp::no_delay(true), ec);
  if (auto remote = socket_.remote_endpoint(ec); !ec) peer_ = remote.address().to_string();
  while (co_await read_head()) {
    Response response = co_await thread_.application.handle(request_, *this);
    bool reusable = keep_alive_ && !response.wants_close() && !body_broken_ && !thread_.draining;
    bool body_left = unread_ > 0 || !chunks_done_;
    // A client that waits for 100-continue and sees a final answer will not send its body (RFC 9110, 10.1.1), and may
    // not know in which state the connection is; one that is sending its body must be read to the end, or the answer
    // may be lost in a reset.
    if (expects_continue_ || (body_left && unread_ > kDrainLimit)) reusable = false;
    keep_alive_ = reusable;
    co_await write(response, request_.method == "HEAD");
    if (body_left && !co_await finish_body()) break;
    if (!keep_alive_) break;
  }
  socket_.shutdown(tcp::socket::shutdown_both, ec);
}

// Reads and drops what the handler left, so that the client can finish sending and see the answer.
// True if the connection is in step again.
Task<bool> Session::finish_body() {
  if (body_broken_) co_return false;
  if (!keep_alive_) {
    ErrorCode ec;
    socket_.shutdown(tcp::socket::shutdown_send, ec);
  }
  expects_continue_ = false;
  std::uint64_t dropped = 0;
  while (unread_ > 0 || !chunks_done_) {
    auto piece = co_await next();
    if (!piece || (piece->empty() && (unread_ > 0 || !chunks_done_))) co_return false;
    dropped += piece->size();
    if (dropped > kDrainLimit) co_return false;
  }
  co_return true;
}

Task<> Session::send_continue() {
  expects_continue_ = false;
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  co_await write_all({asio::const_buffer(kContinue.data(), kContinue.size()), asio::const_buffer()});
}

inline constexpr aws::ErrorKind kIncompleteBody{"IncompleteBody", 400, "The request body terminated unexpectedly"};
inline constexpr aws::ErrorKind kRequestTimeout{
    "RequestTimeout", 400,
    "Your socket connection to the server was not read from or written to within the timeout period. Idle connections "
    "will be closed."};

Task<Result<Bytes>> Session::next() {
  if (body_broken_) co_return Bytes{};
  // Also before an empty body: a client that asked and is answered finally without it takes the connection for spent.
  if (expects_continue_ && buffered() == 0) co_await send_continue();
  if (unread_ == 0 && chunks_done_) co_return Bytes{};
  set_deadline(thread_.options.timeouts.stall);
  bool stalled = false;
  try {
    std::optional<Result<Bytes>> piece;  // no co_await in a conditional expression: GCC 12 destroys its operand twice
    if (request_.chunked) {
      piece.emplace(co_await next_chunked());
    } else {
      piece.emplace(co_await next_sized());
    }
    deadline_ = 0;
    if (!*piece) body_broken_ = true;
    co_return std::move(*piece);
  } catch (const Disconnected&) {
    body_broken_ = true;
    stalled = timed_out_;
    if (!stalled) throw;
  }
  timed_out_ = false;
  co_return aws::Error(kRequestTimeout);
}

Task<Result<Bytes>> Session::next_sized() {
  auto& w = *workspace_;
  if (buffered() == 0) {
    if (unread_ > kHeadBuffer && w.in.size() < kBodyBuffer) {
      w.in = std::vector<char>(kBodyBuffer);
    }
    w.begin = w.end = 0;
    auto room = std::min<std::uint64_t>(unread_, w.in.size());
    w.end = co_await read_some(w.in.data(), static_cast<std::size_t>(room));
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

Task<Result<Bytes>> Session::next_chunked() {
  auto& w = *workspace_;
  for (;;) {
    if (buffered() > 0) {
      ErrorCode ec;
      w.begin += parser_->put(asio::buffer(w.in.data() + w.begin, buffered()), ec);
      if (ec && ec != boost::beast::http::error::need_more) co_return aws::Error(kIncompleteBody);
      auto piece = parser_->take_piece();
      if (parser_->is_done()) chunks_done_ = true;
      if (!piece.empty()) co_return Bytes(reinterpret_cast<const std::byte*>(piece.data()), piece.size());
      if (chunks_done_) co_return Bytes{};
      if (!ec) continue;
    }
    if (w.begin > 0) {
      std::memmove(w.in.data(), w.in.data() + w.begin, buffered());
      w.end -= w.begin;
      w.begin = 0;
    }
    if (w.in.size() < kBodyBuffer) w.in.resize(kBodyBuffer);
    if (w.end == w.in.size()) co_return aws::Error(kIncompleteBody);  // a chunk header without an end
    auto got = co_await read_some(w.in.data() + w.end, w.in.size() - w.end);
    if (got == 0) co_return aws::Error(kIncompleteBody);
    w.end += got;
  }
}

Task<> Session::refuse(Malformed reason) {
  Response response = thread_.application.refuse(reason);
  keep_alive_ = false;
  co_await write(response, false);
  // Let the answer arrive before the close: with unread input in the socket, the kernel would send a reset.
  ErrorCode ec;
  socket_.shutdown(tcp::socket::shutdown_send, ec);
  set_deadline(std::chrono::seconds(2));
  auto& in = workspace_->in;
  for (std::uint64_t dropped = 0; dropped < kDrainLimit;) {
    auto got = co_await read_some(in.data(), in.size());
    if (got == 0) break;
    dropped += got;
  }
}

Task<> Session::write(Response& response, bool head_only) {
  auto& out = workspace_->out;
  out.clear();
  out.append("HTTP/1.1 ");
  AppendNumber(out, static_cast<std::uint64_t>(response.status()));
  auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status()));
  out.push_back(' ');
  out.append(reason.data(), reason.size());
  out.append("\r\n");
  out.append(response.header_block());
  out.append(CachedDate(thread_.tick));
  if (response.status() != 204 && response.status() != 304) {
    out.append("Content-Length: ");
    AppendNumber(out, response.length());
    out.append("\r\n");
  }
  if (!keep_alive_)
    out.append("Connection: close\r\n");
  else if (parser_->minor_version() == 0)
    out.append("Connection: keep-alive\r\n");
  out.append("\r\n");

  bool with_body = !head_only && response.status() != 204 && response.status() != 304;
  if (!with_body || !response.has_source()) {
    const auto& bytes = response.bytes();
    co_await write_all({asio::buffer(out), with_body ? asio::buffer(bytes) : asio::const_buffer()});
    co_return;
  }
  asio::const_buffer head = asio::buffer(out);
  for (std::uint64_t left = response.length(); left > 0;) {
    const BodyPiece piece = co_await response.source()();
    const Bytes bytes = piece.bytes;
    if (bytes.empty()) throw Disconnected{};  // the promised length cannot be kept: break the connection, do not pad
    if (piece.file_pages && bytes.size() >= kSpliceFrom) {
      if (head.size() > 0) co_await write_all({head, asio::const_buffer()});
      co_await splice_all(bytes);
    } else {
      co_await write_all({head, asio::buffer(bytes.data(), bytes.size())});
    }
    head = {};
    left -= std::min<std::uint64_t>(left, bytes.size());
  }
  if (head.size() > 0) co_await write_all({head, asio::const_buffer()});
}

Task<> Session::write_all(std::array<asio::const_buffer, 2> buffers) {
  while (buffers[0].size() + buffers[1].size() > 0) {
    ErrorCode ec;
    auto sent = socket_.write_some(buffers, ec);
    if (ec == asio::error::would_block || ec == asio::error::try_again) {
      set_deadline(thread_.options.timeouts.stall);
      Wait wait{*this, tcp::socket::wait_write};
      bool writable = co_await wait;
      deadline_ = 0;
      if (!writable) throw Disconnected{};
      continue;
    }
    if (ec) throw Disconnected{};
    auto first = std::min(sent, buffers[0].size());
    buffers[0] += first;
    buffers[1] += sent - first;
  }
}

// Sends mapped pages of a file without copying them: they pass by reference through a pipe into the socket.
Task<> Session::splice_all(Bytes bytes) {
  if (!pipe_ && !(pipe_ = Pipe::Open())) {
    co_await write_all({asio::buffer(bytes.data(), bytes.size()), asio::const_buffer()});
    co_return;
  }
  std::size_t in_pipe = 0;
  while (!bytes.empty() || in_pipe > 0) {
    if (in_pipe == 0) {
      iovec pages{const_cast<std::byte*>(bytes.data()), bytes.size()};
      auto taken = ::vmsplice(pipe_->in, &pages, 1, SPLICE_F_NONBLOCK);
      if (taken <= 0) throw Disconnected{};
      in_pipe = static_cast<std::size_t>(taken);
      bytes = bytes.subspan(in_pipe);
    }
    const unsigned more = bytes.empty() ? 0 : SPLICE_F_MORE;
    auto sent = ::splice(pipe_->out, nullptr, socket_.native_handle(), nullptr, in_pipe, SPLICE_F_NONBLOCK | more);
    if (sent > 0) {
      in_pipe -= static_cast<std::size_t>(sent);
      continue;
    }
    if (sent == 0 || (errno != EAGAIN && errno != EINTR)) throw Disconnected{};
    set_deadline(thread_.options.timeouts.stall);
    Wait wait{*this, tcp::socket::wait_write};
    bool writable = co_await wait;
    deadline_ = 0;
    if (!writable) throw Disconnected{};
  }
}

void StartSession(IoThread::Impl& thread, tcp::socket socket) {
  Session::Run(new Session(thread, std::move(socket)));
}

void IoThread::Impl::start_ticker() {
  ticker.expires_after(std::chrono::seconds(1));
  ticker.async_wait([this](ErrorCode ec) {
    if (ec) return;
    ++tick;
    for (auto* session = sessions; session;) {
      auto* following = session->following();
      session->check_deadline(tick);
      session = following;
    }
    start_ticker();
  });
}

void IoThread::Impl::begin_drain() {
  draining = true;
  for (auto* session = sessions; session; session = session->following()) session->drain();
}

void IoThread::Impl::abort_sessions() {
  for (auto* session = sessions; session; session = session->following()) session->abort();
}

}  // namespace keymill::http
