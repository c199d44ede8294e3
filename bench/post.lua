-- One POST, over and over: wrk … -- CONTENT_TYPE AUTHORIZATION BODY. Prints one line of JSON at the end.
function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = args[1]
  if args[2] ~= "" then wrk.headers["Authorization"] = args[2] end
  wrk.body = args[3]
  request_bytes = wrk.format()
end

function request()
  return request_bytes
end

function done(summary, latency, _)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('\nTOLL {"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "p50": %d, "p99": %d}\n',
    summary.requests, summary.duration, errors.status, broken, latency:percentile(50), latency:percentile(99)))
end
