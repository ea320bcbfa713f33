#pragma once

namespace CLI {
class App;
}

namespace keymill::tools {

/// Adds the sub-commands that are not the server.
void AddCommands(CLI::App& app);

void AddSign(CLI::App& app);
void AddExplain(CLI::App& app);
void AddLoad(CLI::App& app);
void AddBench(CLI::App& app);
void AddOperations(CLI::App& app);
/// `snapshot`, `reset`, `accounts`, `seed` and `export`.
void AddControl(CLI::App& app);
void AddNotifications(CLI::App& app);
/// `token mint`.
void AddToken(CLI::App& app);

/// `keymill demo`: a whole access-key rotation against an embedded server. Exit status 0 if every answer was AWS's.
int RunDemo();

}  // namespace keymill::tools
