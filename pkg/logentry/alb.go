package logentry

import (
	"bytes"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// albLayout is the access log of AWS Application Load Balancers. What was appended to it over the years, from the trace id on, may be
// missing. The trace id is no id of the line: clients can send one.
func albLayout() *layout {
	l := mustLayout(unread("type"), fixed(" "), valueOf("time", piece{field: notRead, time: isoTime}), fixed(" "), unread("elb"), fixed(" "),
		valueOf("client:port", piece{field: fieldPeer, set: setPeerWithPort}), fixed(" "), unread("target:port"), fixed(" "),
		valueOf("processing times", piece{field: fieldLatency, words: 3, set: sumOfStages}), fixed(" "),
		valueOf("elb_status_code", piece{field: fieldStatus}), fixed(" "),
		valueOf("target_status_code", piece{field: fieldOriginStatus, set: func(c *conversion, b []byte) { c.originStatus = b }}), fixed(" "),
		valueOf("received_bytes", piece{field: fieldRequestBytes}), fixed(" "), valueOf("sent_bytes", piece{field: fieldResponseBytes}), fixed(` "`),
		valueOf("request", piece{field: fieldRequest, set: setALBRequest}), fixed(`" "`), valueOf("user_agent", piece{field: fieldAgent}), fixed(`" `),
		unread("ssl_cipher"), fixed(" "), unread("ssl_protocol"), fixed(" "), unread("target_group_arn"), fixed(` "`), unread("trace_id"), fixed(`" "`),
		unread("domain_name"), fixed(`" "`), unread("chosen_cert_arn"), fixed(`" `), unread("matched_rule_priority"), fixed(" "),
		unread("request_creation_time"), fixed(` "`),
		valueOf("actions_executed", piece{field: fieldEnforced, set: func(c *conversion, b []byte) { c.actions = b }}), fixed(`" "`),
		unread("redirect_url"), fixed(`" "`), valueOf("error_reason", piece{field: fieldStatusDetails}), fixed(`"`))
	l.logged |= 1 << vocabulary.FieldHost
	l.raggedAt = l.index("ssl_protocol")
	l.settle = settleALB
	return l
}

// setPeerWithPort reads an address that always has a port, so that IPv6 addresses without brackets are told from theirs.
func setPeerWithPort(c *conversion, b []byte) {
	if i := bytes.LastIndexByte(b, ':'); i >= 0 {
		b = b[:i]
	}
	c.raw.peer = b
}

// sumOfStages adds up the seconds of all stages of a request. Where one is -1 the request did not come so far, and nobody knows how long
// it took.
func sumOfStages(c *conversion, b []byte) {
	var sum int64
	for len(b) > 0 {
		stage := word1(b)
		ns, ok := parseLatency(stage, units["s"])
		if !ok {
			return
		}
		sum += ns
		b = b[min(len(stage)+1, len(b)):]
	}
	c.entry.Latency = sum
	c.entry.Logged |= 1 << vocabulary.FieldLatency
}

// setALBRequest reads "GET https://www.example.org:443/path HTTP/2.0", where the host is what the client asked for. Of a request that is
// no HTTP there is "- http://host:80- -".
func setALBRequest(c *conversion, b []byte) {
	c.entry.Logged |= 1 << vocabulary.FieldHost
	method := word1(b)
	rest := b[min(len(method)+1, len(b)):]
	url, protocol := rest, []byte(nil)
	if i := bytes.LastIndexByte(rest, ' '); i >= 0 {
		url, protocol = rest[:i], rest[i+1:]
	}
	c.entry.Method, c.entry.Protocol = vocabulary.ParseMethod(method), vocabulary.ParseProtocol(protocol)
	if c.entry.Method == vocabulary.MethodNone {
		c.raw.host, _, _ = splitURL(bytes.TrimSuffix(url, []byte{'-'}))
		return
	}
	c.raw.url = url
}

func settleALB(c *conversion) {
	e := c.entry
	e.Enforced = wafAction(c.actions, e.Status)
	if e.Enforced == vocabulary.ActionNone {
		e.Logged &^= 1 << vocabulary.FieldDefence // no firewall is attached, or it could not be asked
	}
	e.OriginError = albOriginError(c)
}

// wafAction tells what AWS WAF did, which is among the actions where it was asked, and the last of them where it answered the request
// itself. By its answers, 405 is a captcha, 202 a challenge; 429 is what people configure for rates.
func wafAction(actions []byte, status uint16) vocabulary.Action {
	asked, last := false, []byte(nil)
	for len(actions) > 0 {
		last, actions, _ = bytes.Cut(actions, []byte{','})
		asked = asked || string(last) == "waf"
	}
	switch {
	case !asked:
		return vocabulary.ActionNone
	case string(last) != "waf":
		return vocabulary.ActionAllowed
	case status == 405 || status == 202:
		return vocabulary.ActionChallenged
	case status == 429:
		return vocabulary.ActionThrottled
	case status >= 300 && status < 400:
		return vocabulary.ActionRedirected
	}
	return vocabulary.ActionDenied
}

// albOriginError tells what the target did, where the request was forwarded to one.
func albOriginError(c *conversion) vocabulary.OriginError {
	status := c.entry.Status
	switch {
	case status == 460:
		return vocabulary.OriginErrorClientGone
	case len(c.actions) > 0 && !bytes.Contains(c.actions, []byte("forward")):
		return vocabulary.OriginErrorNone
	case parseStatus(c.originStatus) >= 500:
		return vocabulary.OriginErrorStatus
	case status < 500 || len(given(c.originStatus)) > 0:
		return vocabulary.OriginErrorNone
	case bytes.HasSuffix(c.details, []byte("Timeout")):
		return vocabulary.OriginErrorTimeout
	case bytes.HasSuffix(c.details, []byte("ConnectionError")):
		return vocabulary.OriginErrorConnect
	case len(given(c.details)) > 0:
		return vocabulary.OriginErrorOther
	}
	return albStatusError(status)
}

// albStatusError tells the meaning of the load balancer's own answers.
func albStatusError(status uint16) vocabulary.OriginError {
	switch status {
	case 502:
		return vocabulary.OriginErrorClosed
	case 503:
		return vocabulary.OriginErrorNoBackend
	case 504:
		return vocabulary.OriginErrorTimeout
	}
	return vocabulary.OriginErrorNone
}
