package logentry

import (
	"bytes"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// finish turns the texts of a line into the Entry's fields: the same work for every format.
func (p *Parser) finish(e *Entry, r *raw) Reason {
	if e.Time < earliest {
		return ReasonPast
	}
	host := given(r.host)
	switch {
	case len(given(r.path)) > 0:
		e.Path, e.Query = splitTarget(r.path)
		if query := given(r.query); len(query) > 0 {
			query, _, _ = bytes.Cut(query, fragmentMark)
			e.Query = Private(bytes.TrimPrefix(query, []byte{'?'}))
		}
	case len(given(r.url)) > 0:
		var inURL []byte
		inURL, e.Path, e.Query = splitURL(r.url)
		if len(host) == 0 {
			host = inURL
		}
	}
	if len(r.request) > 0 {
		readRequest(e, r.request)
	}
	p.setHost(e, host)
	p.client.set(e, r)
	e.Referrer, e.UserAgent, e.InsertID = given(r.referrer), given(r.agent), given(r.insertID)
	if e.Status == 499 && e.OriginError == vocabulary.OriginErrorNone && e.Logged.Has(vocabulary.FieldOriginError) {
		e.OriginError = vocabulary.OriginErrorClientGone // nginx's own number for it
	}
	return OK
}

// given is b, or nothing where b is the '-' that proxies write for an absent value.
func given(b []byte) []byte {
	if len(b) == 1 && b[0] == '-' {
		return nil
	}
	return b
}

// setHost normalises the line's host and gives lines without one the source's.
func (p *Parser) setHost(e *Entry, host []byte) {
	name, valid := normalizeHost(p.hostScratch, host)
	if valid && len(name) == 0 {
		name = p.defaultHost
	}
	e.Host, e.HostInvalid = name, !valid
}

// readRequest reads a request line, "GET /path?query HTTP/1.1". Method and protocol count where the format has no better ones, the target
// where nothing else gave a path. What is no HTTP at all, such as a TLS greeting, has the method "other" and no path. A host in the target
// does not count: it is there when somebody tries to use the server as an open proxy.
func readRequest(e *Entry, line []byte) {
	method, rest := line, []byte(nil)
	if i := bytes.IndexByte(line, ' '); i >= 0 {
		method, rest = line[:i], line[i+1:]
	}
	if e.Method == vocabulary.MethodNone {
		e.Method = vocabulary.ParseMethod(method)
	}
	if !isToken(method) || len(rest) == 0 {
		return
	}
	target, protocol := rest, vocabulary.ProtocolNone
	if i := bytes.LastIndexByte(rest, ' '); i >= 0 && isVersion(rest[i+1:]) {
		target, protocol = rest[:i], vocabulary.ParseProtocol(rest[i+1:])
	} else if rest[0] == '/' && i < 0 {
		protocol = vocabulary.ProtocolHTTP09
	}
	if e.Protocol == vocabulary.ProtocolNone {
		e.Protocol = protocol
	}
	if len(e.Path) == 0 && e.Method != vocabulary.MethodConnect {
		_, e.Path, e.Query = splitURL(target)
	}
}

func isVersion(b []byte) bool { return len(b) > 5 && string(b[:5]) == "HTTP/" }

// isToken tells whether b is a token of RFC 9110, as a method must be.
func isToken(b []byte) bool {
	for _, c := range b {
		if !tokenBytes[c] {
			return false
		}
	}
	return len(b) > 0
}

var tokenBytes = func() (is [256]bool) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
		is[c] = true
	}
	return is
}()

// splitURL splits an absolute URL, or one from the path on. What is neither has no path; "*" is the path of OPTIONS.
func splitURL(url []byte) (host []byte, path, query Private) {
	if len(url) > 0 && url[0] == '/' || string(url) == "*" {
		path, query = splitTarget(url)
		return nil, path, query
	}
	i := bytes.Index(url[:min(len(url), longestScheme)], []byte("://"))
	if i <= 0 {
		return nil, nil, nil
	}
	rest := url[i+3:]
	end := bytes.IndexAny(rest, "/?#")
	if end < 0 {
		return rest, Private("/"), nil
	}
	path, query = splitTarget(rest[end:])
	if len(path) == 0 {
		path = Private("/")
	}
	return rest[:end], path, query
}

// fragmentMark begins what a client should have kept to itself.
var fragmentMark = []byte{'#'}

// longestScheme is how far into a URL its "://" may be.
const longestScheme = 16

// splitTarget cuts off fragment and query.
func splitTarget(target []byte) (path, query Private) {
	if i := bytes.IndexByte(target, '#'); i >= 0 {
		target = target[:i]
	}
	if i := bytes.IndexByte(target, '?'); i >= 0 {
		return target[:i], target[i+1:]
	}
	return target, nil
}
