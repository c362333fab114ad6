-- Charges all keys or none: quota.rs says how. ARGV has the interval in microseconds and the calls of each key.
-- Gives which key refused (0: none), the microseconds to wait, and of each key what remains and when it is whole.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local reply = {0, 0}
local next = {}
for i, key in ipairs(KEYS) do
    local interval, calls = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local whole_at = tonumber(redis.call('GET', key) or now)
    next[i] = math.max(whole_at, now) + interval
    local ahead = next[i] - now
    local spare = interval * calls - ahead
    if spare < 0 then return {i, -spare} end
    reply[2 * i + 1] = math.floor(spare / interval)
    reply[2 * i + 2] = ahead
end
for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.0f', next[i]), 'PX', math.ceil((next[i] - now) / 1000))
end
return reply
