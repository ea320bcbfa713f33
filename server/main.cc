// The keymill command: reads flags and KEYMILL_* variables, and runs a sub-command.

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>
#include <sys/resource.h>

#include "server/app.h"
#include "server/aws/ids.h"
#include "server/iam/access_keys.h"
#include "server/log.h"
#include "server/version.h"
#include "sigv4/encoding.h"
#include "tools/commands.h"

namespace keymill {
namespace {

std::filesystem::path DefaultData() {
  if (const char* home = std::getenv("XDG_DATA_HOME"); home && *home) return std::filesystem::path(home) / "keymill";
  if (const char* home = std::getenv("HOME"); home && *home)
    return std::filesystem::path(home) / ".local/share/keymill";
  return "keymill-data";
}

// Thousands of idle connections are a normal load; the usual soft limit is 1024 descriptors.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

void WriteReadyFile(const std::filesystem::path& file, const std::vector<std::string>& endpoints) {
  auto beside = file;
  beside += ".new";
  {
    std::ofstream out(beside);
    for (const auto& endpoint : endpoints) out << endpoint << '\n';
    if (!out.flush()) throw std::runtime_error("cannot write the ready file " + beside.string());
  }
  std::filesystem::rename(beside, file);
}

int Serve(const Config& config) {
  RaiseDescriptorLimit();
  auto signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread exists, so that sigwait() below gets them

  App app(config);
  app.start();
  auto endpoints = app.endpoints();
  for (const auto& endpoint : endpoints) log::Info("listening", {{"endpoint", endpoint}});
  log::Info("root credentials", {{"file", app.credentials_file().string()}, {"profile", "keymill"}});
  if (!config.ready_file.empty()) WriteReadyFile(config.ready_file, endpoints);
  std::cout << "keymill ready endpoint=" << endpoints.front() << " credentials=" << app.credentials_file().string();
  if (config.tls) std::cout << " tls_endpoint=" << endpoints.back();
  if (auto authority = app.authority_file(); !authority.empty()) {
    std::cout << " ca=" << authority.string();
    log::Info("clients trust HTTPS with", {{"AWS_CA_BUNDLE", authority.string()}});
  }
  std::cout << std::endl;

  int signal = 0;
  sigwait(&signals, &signal);
  log::Info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // a second signal ends the process at once
  app.stop();
  return 0;
}

std::string CheckMasterKey(const std::string& text) {
  auto bytes = sigv4::hex_decode(text);
  return bytes && bytes->size() == 32 ? "" : "must be 64 hexadecimal digits (32 bytes)";
}

std::string CheckAccount(const std::string& text) {
  return aws::IsAccountId(text) ? "" : "must be 12 digits";
}

std::string CheckRegion(const std::string& text) {
  bool good = !text.empty() && text.size() <= 32 &&
              text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  return good ? "" : "must be a region name such as us-east-1";
}

struct ServeFlags {
  Config config;
  std::string durability = "sync", sigv2 = "allow", explain_header = "on", control = "signed", rights = "s3",
              webhooks = "loopback";
  std::string master_key_hex;
};

void AddServe(CLI::App& root, ServeFlags& flags) {
  auto& c = flags.config;
  auto* serve = root.add_subcommand("serve", "Run the server: S3, IAM and STS on one endpoint");
  serve->add_option("--listen", c.listen, "Address to listen on; may be given several times; port 0 takes a free one")
      ->envname("KEYMILL_LISTEN")
      ->delimiter(',')
      ->type_name("HOST:PORT")
      ->capture_default_str();
  auto* tls = serve->add_flag("--tls", c.tls, "HTTPS beside HTTP, with a local authority in DATA/tls to trust")
                  ->envname("KEYMILL_TLS");
  auto* tls_listen = serve->add_option("--tls-listen", c.tls_listen, "Address for HTTPS; implies --tls; repeatable")
                         ->envname("KEYMILL_TLS_LISTEN")
                         ->delimiter(',')
                         ->type_name("HOST:PORT")
                         ->capture_default_str();
  auto* certificate = serve
                          ->add_option("--tls-cert", c.tls_certificate,
                                       "Certificate (PEM, with its chain) in place of the local authority's")
                          ->envname("KEYMILL_TLS_CERT")
                          ->type_name("FILE");
  auto* key =
      serve->add_option("--tls-key", c.tls_key, "Its private key (PEM)")->envname("KEYMILL_TLS_KEY")->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
  serve->add_option("--data", c.data, "Directory for users, keys and objects [~/.local/share/keymill]")
      ->envname("KEYMILL_DATA")
      ->type_name("DIR");
  serve->add_flag("--in-memory", c.in_memory, "Keep everything in memory and forget it at the end")
      ->envname("KEYMILL_IN_MEMORY");
  serve->add_option("--region", c.region, "Region of the endpoint")
      ->envname("KEYMILL_REGION")
      ->check(CheckRegion)
      ->type_name("NAME")
      ->capture_default_str();
  serve->add_option("--account-id", c.account_id, "AWS account id")
      ->envname("KEYMILL_ACCOUNT_ID")
      ->check(CheckAccount)
      ->type_name("DIGITS")
      ->capture_default_str();
  serve->add_option("--domain", c.domains, "Further domain for virtual-host addressing (bucket.DOMAIN); repeatable")
      ->envname("KEYMILL_DOMAIN")
      ->delimiter(',')
      ->type_name("DOMAIN");
  serve->add_option("--threads", c.threads, "I/O threads; 0 = one per core")
      ->envname("KEYMILL_THREADS")
      ->check(CLI::Range(0u, 256u))
      ->type_name("N")
      ->capture_default_str();
  serve
      ->add_option("--durability", flags.durability,
                   "sync: acknowledged means on disk; none: fast, for throw-away runs")
      ->envname("KEYMILL_DURABILITY")
      ->check(CLI::IsMember({"sync", "none"}))
      ->capture_default_str();
  serve
      ->add_option("--restore-delay", c.restore_delay,
                   "Until RestoreObject's copy is readable; 0: at once, where S3 takes minutes to hours")
      ->envname("KEYMILL_RESTORE_DELAY")
      ->check(CLI::Range(0u, 365u * 86400))
      ->type_name("SECONDS")
      ->capture_default_str();
  serve->add_option("--sigv2", flags.sigv2, "Signature version 2: allow, as S3's older regions do, or deny")
      ->envname("KEYMILL_SIGV2")
      ->check(CLI::IsMember({"allow", "deny"}))
      ->capture_default_str();
  serve
      ->add_option(
          "--default-rights", flags.rights,
          "What a user may do that never had a policy: s3, all of S3 in its account and IAM on itself, or none, "
          "as on AWS")
      ->envname("KEYMILL_DEFAULT_RIGHTS")
      ->check(CLI::IsMember({"s3", "none"}))
      ->capture_default_str();
  serve
      ->add_option("--explain-header", flags.explain_header,
                   "Say in the header x-keymill-explain why a signature does not match")
      ->envname("KEYMILL_EXPLAIN_HEADER")
      ->check(CLI::IsMember({"on", "off"}))
      ->capture_default_str();
  serve
      ->add_option("--control", flags.control,
                   "The control API: signed, or open to every process on this machine (loopback listeners only)")
      ->envname("KEYMILL_CONTROL")
      ->check(CLI::IsMember({"signed", "open"}))
      ->capture_default_str();
  serve->add_option("--log-level", c.log_level, "Least severe message that is logged")
      ->envname("KEYMILL_LOG_LEVEL")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  serve->add_option("--log-format", c.log_format, "Log lines as text or JSON, on standard error")
      ->envname("KEYMILL_LOG_FORMAT")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  serve
      ->add_option("--webhooks", flags.webhooks, "Where web hooks of notifications may lead: this machine, or anywhere")
      ->envname("KEYMILL_WEBHOOKS")
      ->check(CLI::IsMember({"loopback", "anywhere"}))
      ->capture_default_str();
  serve
      ->add_option("--seed", c.seeds,
                   "JSON file with accounts, users, keys, policies, buckets and objects to be there before the first "
                   "request; repeatable")
      ->envname("KEYMILL_SEED")
      ->delimiter(',')
      ->type_name("FILE");
  serve->add_option("--ready-file", c.ready_file, "File to write the endpoint to once requests are answered")
      ->envname("KEYMILL_READY_FILE")
      ->type_name("FILE");
  serve->footer(
      "Secrets come from the environment only:\n"
      "  KEYMILL_ROOT_ACCESS_KEY_ID, KEYMILL_ROOT_SECRET_ACCESS_KEY  the root user's key [made at first start]\n"
      "  KEYMILL_MASTER_KEY  64 hexadecimal digits that seal the stored secrets [DATA/master.key]");
  serve->callback([&flags, tls, tls_listen, certificate] {
    auto& config = flags.config;
    config.tls = tls->as<bool>() || tls_listen->count() > 0 || certificate->count() > 0;
    auto from_environment = [](const char* name) { return std::string(std::getenv(name) ? std::getenv(name) : ""); };
    config.root_access_key_id = from_environment("KEYMILL_ROOT_ACCESS_KEY_ID");
    config.root_secret_access_key = from_environment("KEYMILL_ROOT_SECRET_ACCESS_KEY");
    if (config.root_access_key_id.empty() != config.root_secret_access_key.empty()) {
      throw CLI::ValidationError("KEYMILL_ROOT_ACCESS_KEY_ID and KEYMILL_ROOT_SECRET_ACCESS_KEY", "need each other");
    }
    const auto& id = config.root_access_key_id;
    if (!id.empty() && !iam::IsAccessKeyId(id)) {
      throw CLI::ValidationError("KEYMILL_ROOT_ACCESS_KEY_ID", "must be 16 to 128 letters, digits or '_'");
    }
    if (auto hex = from_environment("KEYMILL_MASTER_KEY"); !hex.empty()) {
      if (auto trouble = CheckMasterKey(hex); !trouble.empty())
        throw CLI::ValidationError("KEYMILL_MASTER_KEY", trouble);
      config.master_key = *sigv4::hex_decode(hex);
    }
    config.sync = flags.durability == "sync";
    config.sigv2 = flags.sigv2 == "allow";
    config.default_rights = flags.rights == "s3";
    config.control_open = flags.control == "open";
    config.explain_header = flags.explain_header == "on";
    config.webhooks_anywhere = flags.webhooks == "anywhere";
    if (config.data.empty() && !config.in_memory) config.data = DefaultData();
    log::Configure(config.log_level, config.log_format);
    throw CLI::RuntimeError(Serve(config));
  });
}

}  // namespace
}  // namespace keymill

int main(int argc, char** argv) {
  CLI::App app{"Keymill: IAM, STS and S3 in one process, with every signature verified"};
  app.set_version_flag("--version", std::string("keymill ") + keymill::kVersion);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  keymill::ServeFlags serve;
  keymill::AddServe(app, serve);
  keymill::tools::AddCommands(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RuntimeError& end) {  // a sub-command's exit status
    return end.get_exit_code();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::invalid_argument& error) {  // an argument that only its sub-command could judge
    std::cerr << "keymill: " << error.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "keymill: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
