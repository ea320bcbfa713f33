#pragma once

#include <optional>
#include <string>

#include "server/aws/form.h"
#include "server/aws/xml_writer.h"
#include "server/http/response.h"
#include "server/iam/tagging.h"
#include "server/pipeline/operation.h"
#include "server/result.h"
#include "server/task.h"
#include "store/principals.h"

/// IAM users. Each operation decodes its input, makes one commit or one read, and encodes the answer.
namespace keymill::iam {

Task<Result<http::Response>> CreateUser(pipeline::Call& call);
Task<Result<http::Response>> GetUser(pipeline::Call& call);
Task<Result<http::Response>> ListUsers(pipeline::Call& call);
Task<Result<http::Response>> UpdateUser(pipeline::Call& call);
Task<Result<http::Response>> DeleteUser(pipeline::Call& call);
extern const TaggedKind<store::User> kTaggedUser;

struct CreateUserInput {
  std::string name;
  std::string path = "/";
  std::string permissions_boundary;  ///< ARN; empty = none
  store::StringPairs tags;
};
struct UpdateUserInput {
  std::string name;
  std::optional<std::string> new_name;
  std::optional<std::string> new_path;
};

Result<CreateUserInput> ReadCreateUser(const aws::Form::Pairs& form);
Result<UpdateUserInput> ReadUpdateUser(const aws::Form::Pairs& form);

// What happens inside the commit, where names are unique and counts are true.
Result<store::User> AddUser(store::Txn& txn, std::string_view account, const CreateUserInput& input, store::Millis now);
Result<> ChangeUser(store::Txn& txn, std::string_view account, const UpdateUserInput& input);
Result<> RemoveUser(store::Txn& txn, std::string_view account, std::string_view name);

/// The elements that every answer about a user has. CreateUser and GetUser add boundary and tags, listings do not.
void WriteUser(aws::XmlWriter& xml, const store::User& user);
/// The same for the account's root user, which has neither name nor path; `created` is the account's.
void WriteRootUser(aws::XmlWriter& xml, const std::string& account, store::Millis created);

std::string UserArn(const store::User& user);

}  // namespace keymill::iam
