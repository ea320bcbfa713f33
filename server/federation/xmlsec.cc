#include "server/federation/xmlsec.h"

#include <stdexcept>

namespace keymill::federation::xml {
namespace {

void Ignore(void*, xmlErrorPtr) {}
void IgnoreToo(const char*, int, const char*, const char*, const char*, int, const char*) {}

}  // namespace

void Prepare() {
  static const bool ready = [] {
    xmlInitParser();
    const bool done = xmlSecInit() == 0 && xmlSecOpenSSLAppInit(nullptr) == 0 && xmlSecOpenSSLInit() == 0;
    xmlSecErrorsSetCallback(&IgnoreToo);
    return done;
  }();
  if (!ready) throw std::runtime_error("xmlsec cannot be initialised");
  xmlSetStructuredErrorFunc(nullptr, &Ignore);  // of this thread
}

}  // namespace keymill::federation::xml
