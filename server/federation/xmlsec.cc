#include "server/federation/xmlsec.h"

#include <stdexcept>

namespace keymill::federation::xml {
namespace {

void Ignore(const char*, int, const char*, const char*, const char*, int, const char*) {}

}  // namespace

void Prepare() {
  static const bool ready = [] {
    xmlInitParser();
    const bool done = xmlSecInit() == 0 && xmlSecOpenSSLAppInit(nullptr) == 0 && xmlSecOpenSSLInit() == 0;
    xmlSecErrorsSetCallback(&Ignore);
    return done;
  }();
  if (!ready) throw std::runtime_error("xmlsec cannot be initialised");
  xmlSetStructuredErrorFunc(nullptr, [](void*, auto*) {});  // of this thread; const or not by the version
}

}  // namespace keymill::federation::xml
