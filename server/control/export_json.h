#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "store/records.h"

/// How the parts of an export become JSON.
namespace keymill::control {

/// Adds what is not null or empty: an export says nothing of what is not there.
void Put(boost::json::object& object, std::string_view name, boost::json::value value);
boost::json::object PairsOf(const store::StringPairs& pairs);
/// A policy as JSON where that gives the same text again, so that people can read it; else as a string.
boost::json::value PolicyOf(const std::string& text);

}  // namespace keymill::control
