#include "proxy/log_texts.h"

#include "base/ascii.h"

namespace gapura::proxy {

LogTexts::LogTexts(const RequestHead& head)
    : method(head.method), target(head.target), authority(head.authority) {
  for (const HttpField& field : head.fields.all()) {
    if (iequals(field.name, "referer")) referer = field.value;
    if (iequals(field.name, "user-agent")) user_agent = field.value;
  }
}

}  // namespace gapura::proxy
