-- Sends prepared bodies, each kind in its order; says in the end what came of it.
-- wrk ... -- DIRECTORY KIND FIRST_VISIT FIRST_CARD FIRST_INTAKE yes|no
-- The last says whether cards and intakes are made afresh from one body: nobody checks the floor's.

local size = { look = 384, meet = 160, leave = 33280, cards = 25096, intake = 29163 }
local path = {
  look = "/visit/look", meet = "/visit/meet", leave = "/visit/leave",
  cards = "/cards", intake = "/intake",
}
local order = {
  visit = { "look", "meet", "leave" }, card = { "cards" }, intake = { "intake" },
  mixed = {},
}
for _ = 1, 9 do
  for _, name in ipairs(order.visit) do table.insert(order.mixed, name) end
end
table.insert(order.mixed, "cards")
table.insert(order.mixed, "intake")

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  local directory, kind = arguments[1], arguments[2]
  steps, step, bodies, sent, exhausted, refused = order[kind], 0, {}, {}, 0, 0
  for _, name in ipairs(steps) do
    if not bodies[name] then
      local file = io.open(directory .. "/" .. name, "rb")
      bodies[name] = file:read("*a")
      file:close()
    end
  end
  sent.look, sent.meet, sent.leave = tonumber(arguments[3]), tonumber(arguments[3]), tonumber(arguments[3])
  sent.cards, sent.intake = tonumber(arguments[4]), tonumber(arguments[5])
  afresh = arguments[6] == "yes"
  math.randomseed(os.time() + sent.look)
end

local function random_bytes(count)
  local bytes = {}
  for number = 1, count do bytes[number] = string.char(math.random(0, 255)) end
  return table.concat(bytes)
end

-- The head, and the five addresses at the end, as nobody sent them before.
function renewed(body, name)
  local record, rows = string.rep("r", 4096), {}
  for number = 1, 5 do rows[number] = random_bytes(32) .. record end
  local from = #body - 5 * 4128
  local start, head = string.sub(body, 1, 1) .. random_bytes(64), 65
  if name == "cards" then
    start = string.sub(body, 1, 8) .. random_bytes(32) .. string.sub(body, 41, 296) .. random_bytes(64)
    head = 360
  end
  return start .. string.sub(body, head + 1, from) .. table.concat(rows)
end

function request()
  step = step % #steps + 1
  local name = steps[step]
  local many = #bodies[name] / size[name]
  local spends = name == "cards" or name == "intake"
  if spends and sent[name] >= many and not afresh then exhausted = exhausted + 1 end
  local at = (sent[name] % many) * size[name]
  sent[name] = sent[name] + 1
  sent_leave, sent_cards, sent_intake = sent.leave, sent.cards, sent.intake
  sent_exhausted = exhausted
  local body = string.sub(bodies[name], at + 1, at + size[name])
  if spends and afresh then body = renewed(body, name) end
  if name == "meet" then body = body .. random_bytes(64) end
  return wrk.format("POST", path[name], { ["content-type"] = "application/octet-stream" }, body)
end

function done(summary, latency, _)
  local thread = threads[1]
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f, "errors": %d,'
      .. ' "visits": %d, "cards": %d, "intakes": %d, "exhausted": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write
      + summary.errors.timeout,
    thread:get("sent_leave") or 0, thread:get("sent_cards") or 0, thread:get("sent_intake") or 0,
    thread:get("sent_exhausted") or 0))
end
