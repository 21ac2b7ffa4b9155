/// Requests that a browser sends for a page of somebody else: they are not served, whatever they
/// carry. Programs send none of these fields. Pure; any thread.
#pragma once

#include "admin/message.h"

namespace gapura::admin {

/// By Origin (RFC 6454 7): "null", "https://…" and other hosts alike are foreign; only a page that
/// this very listener served is ours. By Sec-Fetch-Site (W3C Fetch Metadata), which also comes
/// where Origin does not: images, scripts and forms of other sites. Following a link is no call:
/// it may only read, and carries no token.
bool is_of_foreign_page(const Request& request);

}  // namespace gapura::admin
