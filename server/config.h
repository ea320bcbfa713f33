#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace keymill {

/// What `keymill serve` was asked for. Filled from flags and KEYMILL_* variables in main; never changes afterwards.
struct Config {
  std::vector<std::string> listen = {"127.0.0.1:5396"};  ///< host:port, port 0 = any free one
  bool tls = false;                                      ///< HTTPS beside HTTP
  std::vector<std::string> tls_listen = {"127.0.0.1:5397"};
  std::filesystem::path tls_certificate, tls_key;  ///< PEM; empty = a local authority in DATA/tls
  std::filesystem::path data;                      ///< empty with in_memory
  bool in_memory = false;
  std::string region = "us-east-1";
  std::string account_id = "123456789012";
  unsigned threads = 0;  ///< I/O threads; 0 = one per core
  bool sync = true;      ///< --durability sync | none
  std::string log_level = "info";
  std::string log_format = "text";  ///< text | json
  std::filesystem::path ready_file;
  bool sigv2 = true;               ///< accept signature version 2, as S3's older regions do
  bool explain_header = true;      ///< say why in x-keymill-explain when a signature fails
  bool default_rights = true;      ///< S3 and its own keys for a user that never had a policy; false: nothing, as AWS
  bool control_open = false;       ///< the control API takes unsigned requests from this machine
  bool webhooks_anywhere = false;  ///< web hooks may lead to other machines
  unsigned restore_delay = 0;      ///< seconds until the restoration of an archived object is complete
  std::vector<std::filesystem::path>
      seeds;                         ///< files with accounts, users, keys, buckets, … to be there from the start
  std::vector<std::string> domains;  ///< beside "localhost", for virtual-host addressing
  std::string root_access_key_id;    ///< empty = make one at first start
  std::string root_secret_access_key;
  std::string master_key;  ///< 32 raw bytes; empty = DATA/master.key
};

}  // namespace keymill
