/// Requests that a browser sends for a page of somebody else: they are not served, whatever they
/// carry. Programs send none of these fields. Pure; any thread.
#pragma once

#include <string_view>

#include "admin/message.h"

namespace gapura::admin {

/// Whether a browser sends it for a page, whosever that is. Not all that it does sends these
/// fields: reading from a page's own origin over plain HTTP does not.
bool is_of_page(const Request& request);

/// Whether the Host field names us by an IP address, as localhost, or by `own`, the host that we
/// were told to listen on. Any other name may be that of a page which points here (DNS rebinding),
/// and to a browser we are that page's own origin then.
bool is_own_host(std::string_view host, std::string_view own);

/// By Origin (RFC 6454 7): "null", "https://…" and other hosts alike are foreign; only a page that
/// this very listener served is ours. By Sec-Fetch-Site (W3C Fetch Metadata), which also comes
/// where Origin does not: images, scripts and forms of other sites. Following a link is no call:
/// it may only read, and carries no token.
bool is_of_foreign_page(const Request& request);

}  // namespace gapura::admin
