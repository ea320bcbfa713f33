#pragma once

#include <future>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/iam/access_keys.h"
#include "server/iam/resource.h"
#include "server/iam/users.h"
#include "store/committer.h"
#include "store/db.h"

namespace keymill::iam {

inline constexpr char kAccount[] = "123456789012";
inline constexpr store::Millis kNow = 1'700'000'000'000;

class Database : public testing::Test {
 protected:
  /// Runs one commit, as a handler would. A refusal leaves nothing behind.
  template <class F>
  auto commit(F f) {
    struct Mutation final : store::Pending {
      explicit Mutation(F& given) : body(given) {}
      bool apply(store::Txn& txn) override {
        result.emplace(body(txn));
        return static_cast<bool>(*result);
      }
      void done(std::exception_ptr fault) override { finished.set_value(fault); }
      F& body;
      std::optional<std::invoke_result_t<F&, store::Txn&>> result;
      std::promise<std::exception_ptr> finished;
    } mutation(f);
    committer_.submit(mutation);
    if (auto fault = mutation.finished.get_future().get()) std::rethrow_exception(fault);
    return *std::move(mutation.result);
  }

  store::User add_user(const std::string& name, const std::string& path = "/") {
    return *commit([&](store::Txn& txn) { return AddUser(txn, kAccount, {name, path, "", {}}, kNow); });
  }
  Result<store::AccessKey> add_key(const Owner& owner) {
    return commit([&](store::Txn& txn) { return AddAccessKey(txn, owner, kNow); });
  }
  static Owner owner_of(const store::User& user) { return {user.id, kAccount, user}; }
  static Owner root() { return {kAccount, kAccount, std::nullopt}; }

  pipeline::Identity signer(const store::User& user) {
    pipeline::Identity identity;
    identity.kind = pipeline::Identity::Kind::kUser;
    identity.account = kAccount;
    identity.user_id = user.id;
    identity.user_name = user.name;
    identity.arn = UserArn(user);
    return identity;
  }
  std::vector<std::string> resources(std::string_view operation, pipeline::Params params,
                                     const pipeline::Identity& identity) {
    return ResourceArns(reader_, {operation, ""}, params, identity);
  }

  static store::DbOptions options() {
    store::DbOptions options;
    options.in_memory = true;
    options.master_key = std::string(32, 'k');
    return options;
  }
  store::Db db_{options()};
  std::vector<std::string> touched_;  ///< by the last group of commits
  store::Committer committer_{db_, [this](const std::vector<std::string>& ids) { touched_ = ids; }};
  store::Reader reader_{db_, store::Reader::Mode::kBlocking};
};

}  // namespace keymill::iam
