/// Comparing a message that arrived with the one that a case has written down. One thread.
#pragma once

#include <string>
#include <string_view>

#include "tests/conformance/peer.h"

namespace gapura::test {

/// Each takes from `peer` what `expected` describes and says what differs; empty: nothing does.
///
/// Heads: the start line and every field line byte for byte, those of one name in their order,
/// those of different names in any (RFC 9110 5.3). A line {{added}} stands for what the proxy tells
/// every target about the client. Chunked bodies: what they carry and their trailers, since the
/// sizes of chunks may change on the way (RFC 9112 7.1); all other bodies byte for byte.
std::string message_fault(Peer& peer, std::string_view expected);
/// The body of the same message goes on.
std::string more_fault(Peer& peer, std::string_view expected);
/// No message: bytes as they are.
std::string bytes_fault(Peer& peer, std::string_view expected);
/// Nothing more comes and the connection ends: "fin", "reset", "any", or "cut": as cut_fault()
/// says.
std::string end_fault(Peer& peer, std::string_view how);
/// The connection ends, however, before the body of the last message has come whole.
std::string cut_fault(Peer& peer);
/// A small, well-formed answer of the proxy's own.
std::string own_answer_fault(Peer& peer, const std::string& status, bool says_close);

/// The value of the last field of that name (lower case) in a head; empty when there is none.
std::string value_in(std::string_view head, std::string_view name);

/// As text for people: control bytes as escapes.
std::string shown(std::string_view bytes);

}  // namespace gapura::test
