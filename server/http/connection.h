#pragma once

// Included by this directory's .cc files only.

#include <array>
#include <memory>
#include <string>

#include "server/http/io.h"
#include "server/http/tls.h"

namespace keymill::http {

/// One connected socket, plain or under TLS: moves bytes, waits where the socket is not ready, and gives a wait up at
/// its deadline. Lives on one I/O thread. The peer's going and a wait given up are Disconnected; timed_out() tells the
/// two apart.
class Connection {
 public:
  /// `tls`: nullptr for plain HTTP. It must outlive the connection.
  Connection(IoThread::Impl& thread, tcp::socket socket, const TlsContext* tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The TLS handshake; at once true on a plain connection. False if there is no TLS to be had: then nothing but the
  /// end of the connection is left to do.
  Task<bool> handshake();
  /// "1.2" or "1.3"; empty on a plain connection.
  std::string_view tls_version() const;
  /// The client's address without its port; empty if it has gone already.
  const std::string& peer() const { return peer_; }

  /// Waits until read_some() has something to do. False if the wait was cancelled.
  Task<bool> wait_readable();
  /// Reads what is there, waiting for it if nothing is. 0 = the peer has finished.
  Task<std::size_t> read_some(char* to, std::size_t room);
  /// Sends both buffers; each wait has the deadline for stalled clients.
  Task<> write_all(std::array<asio::const_buffer, 2> buffers);
  /// Sends mapped pages of a file that never changes, without copying them if the connection is plain.
  Task<> write_pages(Bytes bytes);

  /// No more will be sent; reading goes on.
  void finish_sending();
  void finish();  ///< both directions, in an orderly way
  void close();   ///< at once
  void cancel();  ///< ends the current wait

  void set_deadline(std::chrono::seconds limit);  ///< for the waits from now on
  void clear_deadline() { deadline_ = 0; }
  /// Called once a second by the thread.
  void check_deadline(std::uint64_t tick);
  bool timed_out() const { return timed_out_; }
  void forget_timeout() { timed_out_ = false; }

 private:
  struct Wait;
  struct Pipe;
  struct Tls;

  Task<> wait_to_write();
  Task<> wait_for_tls(int result);
  Task<> write_tls(asio::const_buffer buffer);

  IoThread::Impl& thread_;
  tcp::socket socket_;
  std::string peer_;
  std::unique_ptr<Tls> tls_;
  std::unique_ptr<Pipe> pipe_;  // made for the first body that is spliced
  std::uint64_t deadline_ = 0;  // thread tick at which the current wait is given up; 0 = none
  bool timed_out_ = false;
};

}  // namespace keymill::http
