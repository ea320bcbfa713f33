// `keymill notifications`: what buckets have told queues, topics, functions and event buses.

#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "sigv4/encoding.h"
#include "tools/aws_client.h"
#include "tools/commands.h"
#include "tools/control_request.h"
#include "tools/signing_flags.h"

namespace keymill::tools {
namespace {

namespace json = boost::json;

struct NotificationFlags {
  SigningFlags signing;
  std::string endpoint = "http://127.0.0.1:5396";
  std::string queue;
  bool follow = false;
};

int ListQueues(AwsClient& client, const NotificationFlags& flags) {
  const auto answer = AskControl(client, flags.endpoint, "GET", "/notifications/queues");
  if (!answer.done) return 1;
  for (const json::value& each : answer.body.at("queues").as_array()) {
    std::cout << each.at("messages") << ' ' << each.at("queue").as_string().c_str() << '\n';
  }
  return 0;
}

/// Prints each message on a line of its own; with --follow it waits for further ones until it is stopped.
int PrintMessages(AwsClient& client, const NotificationFlags& flags) {
  std::uint64_t last = 0;
  for (;;) {
    const std::string path = "/notifications?after=" + std::to_string(last) +
                             "&max=1000&queue=" + sigv4::uri_encode(flags.queue) + (flags.follow ? "&wait=20" : "");
    const auto answer = AskControl(client, flags.endpoint, "GET", path);
    if (!answer.done) return 1;
    const auto& messages = answer.body.at("messages").as_array();
    for (const json::value& message : messages) {
      last = message.at("number").to_number<std::uint64_t>();
      std::cout << message.at("body").as_string().c_str() << '\n';
    }
    std::cout.flush();
    if (messages.empty() && !flags.follow) return 0;
  }
}

}  // namespace

void AddNotifications(CLI::App& app) {
  auto flags = std::make_shared<NotificationFlags>();
  auto* command = app.add_subcommand(
      "notifications", "Show what buckets have told a queue, a topic, a function or an event bus; or list those");
  command->add_option("arn", flags->queue, "The destination's ARN; without it, the destinations are listed")
      ->type_name("ARN");
  command->add_flag("--follow", flags->follow, "Go on with what is still to come");
  command->add_option("--endpoint-url", flags->endpoint, "The server's URL; http only")
      ->envname("AWS_ENDPOINT_URL")
      ->type_name("http://HOST:PORT")
      ->capture_default_str();
  flags->signing.add_identity_to(*command);
  command->footer("Exit status: 0 done, 1 refused or no answer, 2 wrong usage.");
  command->callback([flags] {
    AwsClient client(flags->endpoint, flags->signing.region, flags->signing.credentials());
    throw CLI::RuntimeError(flags->queue.empty() ? ListQueues(client, *flags) : PrintMessages(client, *flags));
  });
}

}  // namespace keymill::tools
