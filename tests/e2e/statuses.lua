-- wrk counts what is not 2xx or 3xx in one number; this counts every answer by its status.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init()
  counts = {}
end

function response(status)
  counts[tostring(status)] = (counts[tostring(status)] or 0) + 1
end

function done(summary)
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("counts")) do
      print("status " .. status .. " " .. count)
    end
  end
  for _, kind in ipairs({"connect", "read", "write", "timeout"}) do
    print("error " .. kind .. " " .. summary.errors[kind])
  end
end
