-- Gives one call of a key back. ARGV has its interval in microseconds.
local whole_at = redis.call('GET', KEYS[1])
if whole_at then redis.call('SET', KEYS[1], string.format('%.0f', whole_at - ARGV[1]), 'KEEPTTL') end
