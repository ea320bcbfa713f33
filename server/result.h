#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "server/aws/error.h"

namespace keymill {

/// A value, or the client's refusal with AWS's semantics. Absence is std::optional, a fault is an exception; this is
/// neither. Use `if (!result) return result.error();`.
template <class T = void>
class [[nodiscard]] Result {
 public:
  using Value = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}           // NOLINT: implicit by design
  Result(aws::Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  aws::Error& error() { return *std::get_if<1>(&state_); }
  const aws::Error& error() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, aws::Error> state_;
};

/// Success without a value, or a refusal.
template <>
class [[nodiscard]] Result<void> {
 public:
  using Value = void;
  Result() = default;
  Result(aws::Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design

  explicit operator bool() const { return !error_; }
  aws::Error& error() { return *error_; }
  const aws::Error& error() const { return *error_; }

 private:
  std::optional<aws::Error> error_;
};

}  // namespace keymill
