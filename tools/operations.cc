// `keymill operations`: what of S3, IAM and STS this server does, printed from the tables that it runs by.

#include "server/iam/operations.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "server/s3/operations.h"
#include "server/sts/operations.h"
#include "tools/commands.h"

namespace keymill::tools {
namespace {

enum class Support : std::uint8_t { kWorks, kStored, kNone };

std::string_view Show(Support support) {
  switch (support) {
    case Support::kWorks:
      return "works";
    case Support::kStored:
      return "stored only";
    case Support::kNone:
      break;
  }
  return "501 NotImplemented";
}

/// By name: an operation may have several rows, which differ in the action.
using Table = std::map<std::string_view, Support>;

Table TableOf(std::span<const pipeline::Operation> rows) {
  Table table;
  for (const pipeline::Operation& row : rows) {
    const Support support = row.handler == nullptr  ? Support::kNone
                            : s3::IsStoredOnly(row) ? Support::kStored
                                                    : Support::kWorks;
    table.emplace(row.name, support);
  }
  return table;
}

struct Service {
  std::string_view name;
  Table table;
};

std::vector<Service> Services() {
  return {{"S3", TableOf(s3::Operations())}, {"IAM", TableOf(iam::Operations())}, {"STS", TableOf(sts::Operations())}};
}

std::size_t Count(const Table& table, Support support) {
  return static_cast<std::size_t>(
      std::count_if(table.begin(), table.end(), [&](const auto& row) { return row.second == support; }));
}

void PrintMarkdown() {
  std::cout
      << "# Operations\n\n"
         "Printed by `keymill operations --markdown`. *Works*: does what AWS does. *Stored only*: a configuration "
         "that is\nchecked, kept and returned, and changes nothing else. What is left is answered 501 "
         "`NotImplemented`.\n";
  for (const Service& service : Services()) {
    const Table& table = service.table;
    std::cout << "\n## " << service.name << "\n\n"
              << table.size() << " operations: " << Count(table, Support::kWorks) << " work, "
              << Count(table, Support::kStored) << " are stored only, " << Count(table, Support::kNone)
              << " are not there.\n\n| operation | support |\n| --- | --- |\n";
    for (const auto& [name, support] : table) std::cout << "| " << name << " | " << Show(support) << " |\n";
  }
}

void PrintJson() {
  boost::json::object all;
  for (const Service& service : Services()) {
    boost::json::object names;
    for (const auto& [name, support] : service.table) names[{name.data(), name.size()}] = std::string(Show(support));
    all[{service.name.data(), service.name.size()}] = std::move(names);
  }
  std::cout << boost::json::serialize(all) << '\n';
}

void PrintText() {
  for (const Service& service : Services()) {
    for (const auto& [name, support] : service.table) {
      std::cout << service.name << ' ' << name << ": " << Show(support) << '\n';
    }
  }
}

}  // namespace

void AddOperations(CLI::App& app) {
  auto* command = app.add_subcommand("operations", "List every operation and whether it works");
  auto markdown = std::make_shared<bool>(false), json = std::make_shared<bool>(false);
  auto* as_markdown = command->add_flag("--markdown", *markdown, "As the document server/OPERATIONS.md");
  command->add_flag("--json", *json, "As one JSON object")->excludes(as_markdown);
  command->callback([markdown, json] {
    if (*markdown)
      PrintMarkdown();
    else if (*json)
      PrintJson();
    else
      PrintText();
  });
}

}  // namespace keymill::tools
