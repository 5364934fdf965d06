-- The request of POST /v1/tokens.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"services":[{"service":"rtc","channel":"test","uid":1234,"role":"publisher"}]}'
