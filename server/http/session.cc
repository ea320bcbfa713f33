// One connection: read a request, let the application answer, write, drain what is left of the body, again.

#include "server/http/connection.h"
#include "server/http/request_reader.h"
#include "server/http/response_writer.h"

namespace keymill::http {

class Session final {
 public:
  Session(IoThread::Impl& thread, tcp::socket socket, const TlsContext* tls)
      : thread_(thread), connection_(thread, std::move(socket), tls), reader_(thread, connection_) {
    next_ = thread_.sessions;
    if (next_) next_->previous_ = this;
    thread_.sessions = this;
  }
  ~Session() {
    (previous_ ? previous_->next_ : thread_.sessions) = next_;
    if (next_) next_->previous_ = previous_;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  static DetachedTask Run(Session* session) {
    std::unique_ptr<Session> owner(session);
    try {
      co_await session->serve();
    } catch (const Disconnected&) {
    } catch (const std::exception&) {
      // The application answers its own faults; what arrives here has no request to answer.
    }
  }

  void check_deadline(std::uint64_t tick) { connection_.check_deadline(tick); }
  void drain() {
    if (shaking_hands_ || reader_.between_requests()) connection_.cancel();
  }
  void abort() { connection_.close(); }
  Session* following() const { return next_; }

 private:
  Task<> serve();
  Task<bool> answer();
  Task<> refuse();
  Task<> write(Response& response, bool keep_alive);

  IoThread::Impl& thread_;
  Connection connection_;
  RequestReader reader_;
  Session* next_ = nullptr;
  Session* previous_ = nullptr;
  bool shaking_hands_ = false;
};

Task<> Session::serve() {
  shaking_hands_ = true;
  const bool secured = co_await connection_.handshake();
  shaking_hands_ = false;
  for (bool in_step = secured; in_step;) {
    const auto head = co_await reader_.read_head();
    if (head == RequestReader::Head::kMalformed) co_await refuse();
    if (head != RequestReader::Head::kRequest) break;
    in_step = co_await answer();
  }
  connection_.finish();
}

// True if another request may follow on this connection.
Task<bool> Session::answer() {
  Response response = co_await thread_.application.handle(reader_.request(), reader_);
  const bool body_left = reader_.body_left();
  // A client that waits for 100-continue and sees a final answer will not send its body (RFC 9110, 10.1.1), and may
  // not know in which state the connection is; one that is sending its body must be read to the end, or the answer
  // may be lost in a reset.
  const bool keep_alive = reader_.wants_keep_alive() && !response.wants_close() && !reader_.broken() &&
                          !thread_.draining && reader_.worth_draining();
  co_await write(response, keep_alive);
  if (!body_left) co_return keep_alive;
  if (!keep_alive && !reader_.broken()) connection_.finish_sending();
  const bool drained = co_await reader_.drop_body();
  co_return drained&& keep_alive;
}

Task<> Session::refuse() {
  Response response = thread_.application.refuse(reader_.reason());
  co_await write(response, false);
  // Let the answer arrive before the close: with unread input in the socket, the kernel would send a reset.
  connection_.finish_sending();
  connection_.set_deadline(std::chrono::seconds(2));
  co_await reader_.drop_input();
}

Task<> Session::write(Response& response, bool keep_alive) {
  const ResponseFraming framing{thread_.tick, keep_alive, reader_.http10(), reader_.request().method == "HEAD"};
  co_await WriteResponse(connection_, response, framing, reader_.response_buffer());
}

void StartSession(IoThread::Impl& thread, tcp::socket socket, const TlsContext* tls) {
  std::unique_ptr<Session> session;
  try {
    session = std::make_unique<Session>(thread, std::move(socket), tls);
  } catch (const std::exception&) {
    return;  // no memory for another connection: this one closes, the others live
  }
  Session::Run(session.release());
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
