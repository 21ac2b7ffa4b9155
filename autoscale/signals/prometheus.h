/// Asking a server that speaks Prometheus' HTTP API for one number. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "autoscale/net/http_client.h"
#include "conf/autoscale.h"

namespace gapura::autoscale {

/// GET <server>/api/v1/query?query=…, with `token` as a bearer token unless empty.
HttpCall query_call(const conf::QuerySignal& signal, const std::string& token);

/// The one number of an instant query's answer (a scalar, or a vector of one sample), or why there
/// is none, as one sentence. NaN and an empty vector are no data; several samples are a mistake in
/// the query.
std::variant<double, std::string> read_query_answer(const HttpAnswer& answer);

}  // namespace gapura::autoscale
