// `keymill snapshot`, `reset`, `accounts`, `seed` and `export`: a running server's control API from the command line.

#include <functional>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "sigv4/encoding.h"
#include "tools/aws_client.h"
#include "tools/commands.h"
#include "tools/control_request.h"
#include "tools/seed_file.h"
#include "tools/signing_flags.h"

namespace keymill::tools {
namespace {

namespace json = boost::json;

struct ControlFlags {
  SigningFlags signing;
  std::string endpoint = "http://127.0.0.1:5396";
  bool as_json = false;
  std::string name;  // of the snapshot, or the account's id
  bool replace = false, force = false, with_secrets = false, with_objects = false;
  std::string account_id, account_name, new_access_key, new_secret;
};

struct ControlRequest {
  std::string method, path;
  json::object body;
  std::string text = {};  ///< the body, if it is not from here
  bool verbatim = false;  ///< the answer is printed as it is
};

/// Prints what the server answered, for people. An answer without a body is null.
using Show = std::function<void(const json::value& answer)>;
using Make = std::function<ControlRequest(const ControlFlags&)>;

std::string Text(const json::value& object, std::string_view pointer) {
  return json::value_to<std::string>(object.at_pointer({pointer.data(), pointer.size()}));
}

std::string Segment(const std::string& name) {
  return "/" + sigv4::uri_encode(name);
}

// Exit status 0 if the server did it, 1 if it refused.
int Run(const ControlFlags& flags, const ControlRequest& request, const Show& show) {
  AwsClient client(flags.endpoint, flags.signing.region, flags.signing.credentials());
  const std::string body = request.body.empty() ? request.text : json::serialize(request.body);
  const auto answer = AskControl(client, flags.endpoint, request.method, request.path, body);
  if (answer.done && request.verbatim) {
    std::cout << answer.text << std::flush;
    return std::cout ? 0 : 1;
  }
  if (flags.as_json) std::cout << (answer.body.is_null() ? "{}" : json::serialize(answer.body)) << '\n';
  if (answer.done && !flags.as_json) show(answer.body);
  return answer.done ? 0 : 1;
}

/// A sub-command that is one request of the control API; the caller adds its own flags to those that it is given.
void AddRequest(CLI::App& parent, const std::string& name, const std::string& description,
                const std::function<void(CLI::App&, ControlFlags&)>& add_flags, Make make, Show show) {
  auto flags = std::make_shared<ControlFlags>();
  auto* command = parent.add_subcommand(name, description);
  add_flags(*command, *flags);
  command->add_option("--endpoint-url", flags->endpoint, "The server's URL; http only")
      ->envname("AWS_ENDPOINT_URL")
      ->type_name("http://HOST:PORT")
      ->capture_default_str();
  command->add_flag("--json", flags->as_json, "Print the server's answer as JSON");
  flags->signing.add_identity_to(*command);
  command->footer("Exit status: 0 done, 1 refused or no answer, 2 wrong usage.");
  command->callback([flags, make = std::move(make), show = std::move(show)] {
    throw CLI::RuntimeError(Run(*flags, make(*flags), show));
  });
}

void NoFlags(CLI::App&, ControlFlags&) {}

void SnapshotName(CLI::App& command, ControlFlags& flags) {
  command.add_option("name", flags.name, "The snapshot's name")->required()->type_name("NAME");
}

void AddSnapshot(CLI::App& app) {
  auto* snapshot = app.add_subcommand("snapshot", "Save and restore a running server's whole state");
  snapshot->require_subcommand(1);
  AddRequest(
      *snapshot, "save", "Keep the state as it is now under a name",
      [](CLI::App& command, ControlFlags& flags) {
        SnapshotName(command, flags);
        command.add_flag("--replace", flags.replace, "Overwrite a snapshot of this name");
      },
      [](const ControlFlags& flags) {
        return ControlRequest{"POST", "/snapshots", {{"name", flags.name}, {"replace", flags.replace}}};
      },
      [](const json::value& answer) { std::cout << "saved " << Text(answer, "/snapshot/name") << '\n'; });
  AddRequest(
      *snapshot, "restore", "Go back to a snapshot; it stays", SnapshotName,
      [](const ControlFlags& flags) {
        return ControlRequest{"POST", "/snapshots" + Segment(flags.name) + "/restore", {}};
      },
      [](const json::value& answer) { std::cout << "restored " << Text(answer, "/restored") << '\n'; });
  AddRequest(
      *snapshot, "list", "List the snapshots", NoFlags,
      [](const ControlFlags&) {
        return ControlRequest{"GET", "/snapshots", {}};
      },
      [](const json::value& answer) {
        for (const json::value& each : answer.at("snapshots").as_array()) {
          std::cout << Text(each, "/created") << ' ' << Text(each, "/name") << '\n';
        }
      });
  AddRequest(
      *snapshot, "delete", "Delete a snapshot", SnapshotName,
      [](const ControlFlags& flags) {
        return ControlRequest{"DELETE", "/snapshots" + Segment(flags.name), {}};
      },
      [](const json::value&) { std::cout << "deleted\n"; });
}

void AddAccounts(CLI::App& app) {
  auto* accounts = app.add_subcommand("accounts", "Manage the accounts of a running server");
  accounts->require_subcommand(1);
  AddRequest(
      *accounts, "list", "List the accounts and their root users' keys", NoFlags,
      [](const ControlFlags&) {
        return ControlRequest{"GET", "/accounts", {}};
      },
      [](const json::value& answer) {
        for (const json::value& each : answer.at("accounts").as_array()) {
          std::cout << Text(each, "/account_id");
          for (const json::value& key : each.at("root_access_keys").as_array()) {
            std::cout << ' ' << Text(key, "/access_key_id");
          }
          if (const auto name = Text(each, "/name"); !name.empty()) std::cout << "  " << name;
          std::cout << '\n';
        }
      });
  AddRequest(
      *accounts, "create", "Make an account and print its root user's key as a profile of a credentials file",
      [](CLI::App& command, ControlFlags& flags) {
        command.add_option("--account-id", flags.account_id, "12 digits [made up]")->type_name("DIGITS");
        command.add_option("--name", flags.account_name, "A name to tell accounts apart")->type_name("NAME");
        auto* id = command.add_option("--new-access-key", flags.new_access_key, "Its root key's id [made up]")
                       ->type_name("ID");
        auto* secret = command.add_option("--new-secret", flags.new_secret, "Its root key's secret [made up]")
                           ->type_name("SECRET");
        id->needs(secret);
        secret->needs(id);
      },
      [](const ControlFlags& flags) {
        ControlRequest request{"POST", "/accounts", {}};
        auto put = [&](const char* name, const std::string& value) {
          if (!value.empty()) request.body[name] = value;
        };
        put("account_id", flags.account_id);
        put("name", flags.account_name);
        put("access_key_id", flags.new_access_key);
        put("secret_access_key", flags.new_secret);
        return request;
      },
      [](const json::value& answer) {
        std::cout << "[keymill-" << Text(answer, "/account/account_id") << "]\n"
                  << "aws_access_key_id = " << Text(answer, "/access_key/access_key_id") << '\n'
                  << "aws_secret_access_key = " << Text(answer, "/access_key/secret_access_key") << '\n';
      });
  AddRequest(
      *accounts, "delete", "Delete an account",
      [](CLI::App& command, ControlFlags& flags) {
        command.add_option("account", flags.name, "The account's id")->required()->type_name("DIGITS");
        command.add_flag("--force", flags.force, "Together with everything that it owns");
      },
      [](const ControlFlags& flags) {
        return ControlRequest{"DELETE", "/accounts" + Segment(flags.name) + (flags.force ? "?force=true" : ""), {}};
      },
      [](const json::value&) { std::cout << "deleted\n"; });
}

void AddSeed(CLI::App& app) {
  AddRequest(
      app, "seed", "Bring a running server to what a JSON file says: accounts, users, keys, policies, buckets, objects",
      [](CLI::App& command, ControlFlags& flags) {
        command.add_option("file", flags.name, "The seed; - is standard input")->required()->type_name("FILE");
      },
      [](const ControlFlags& flags) {
        ControlRequest request{"PUT", "/seed", {}};
        request.text = ReadSeedFile(flags.name);
        return request;
      },
      [](const json::value& answer) {
        const auto count = [&](const char* name) { return json::serialize(answer.at(name)); };
        std::cout << "created " << count("created") << ", changed " << count("changed") << ", unchanged "
                  << count("unchanged") << '\n';
      });
  AddRequest(
      app, "export", "Print a running server's state as a seed, without access keys and objects unless asked for",
      [](CLI::App& command, ControlFlags& flags) {
        command.add_flag("--with-secrets", flags.with_secrets,
                         "With all access keys and their secrets; needs keymill:GetExportWithSecrets");
        command.add_flag("--with-objects", flags.with_objects, "With the current versions of objects, 16 MiB at most");
      },
      [](const ControlFlags& flags) {
        ControlRequest request{"GET", flags.with_secrets ? "/export/secrets" : "/export", {}};
        if (flags.with_objects) request.path += "?objects=true";
        request.verbatim = true;
        return request;
      },
      [](const json::value&) {});
}

}  // namespace

void AddControl(CLI::App& app) {
  AddSnapshot(app);
  AddRequest(
      app, "reset", "Empty a running server; the root keys of its own account and the snapshots stay", NoFlags,
      [](const ControlFlags&) {
        return ControlRequest{"POST", "/reset", {}};
      },
      [](const json::value&) { std::cout << "reset\n"; });
  AddAccounts(app);
  AddSeed(app);
}

}  // namespace keymill::tools
