-- POST /shorten with a URL that was never sent before. Argument: a name for this run, part of every URL.
-- Run with this directory as the working directory; wrk with one thread, whose counter this is.
dofile("report.lua")

function init(args)
    run = args[1]
    sent = 0
    head = "POST /shorten HTTP/1.1\r\nHost: " .. wrk.headers["Host"] ..
        "\r\nContent-Type: application/json\r\nContent-Length: "
end

function request()
    sent = sent + 1
    local body = string.format('{"url": "https://example.com/articles/%s/%d?from=bench"}', run, sent)
    return head .. #body .. "\r\n\r\n" .. body
end
