-- GET of one of COUNT links, uniformly at random; their codes are the numbers from 0 to COUNT - 1 with six
-- digits. Arguments: COUNT, seed. Run with this directory as the working directory.
dofile("report.lua")

function init(args)
    count = tonumber(args[1])
    math.randomseed(tonumber(args[2]))
    tail = " HTTP/1.1\r\nHost: " .. wrk.headers["Host"] .. "\r\n\r\n"
end

function request()
    return string.format("GET /%06d", math.random(0, count - 1)) .. tail
end
