#include "tools/commands.h"

#include <CLI/CLI.hpp>

namespace keymill::tools {

void AddCommands(CLI::App& app) {
  auto* demo = app.add_subcommand("demo", "Rotate an access key against an embedded server and show every answer");
  demo->callback([] { throw CLI::RuntimeError(RunDemo()); });
  AddSign(app);
  AddExplain(app);
  AddLoad(app);
  AddBench(app);
  AddOperations(app);
  AddControl(app);
  AddNotifications(app);
  AddToken(app);
}

}  // namespace keymill::tools
