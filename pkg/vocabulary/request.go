package vocabulary

// Method is an HTTP request method.
type Method uint8

// The methods of RFC 9110 and PATCH (RFC 5789); MethodOther is anything else, which includes lines that are no HTTP request.
const (
	MethodNone Method = iota // the line has none, or the format does not log it
	MethodGet
	MethodHead
	MethodPost
	MethodPut
	MethodDelete
	MethodConnect
	MethodOptions
	MethodTrace
	MethodPatch
	MethodOther
	MethodCount
)

var methodNames = []string{"none", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "other"}

func (m Method) String() string { return name(m, methodNames) }

// ParseMethod maps the method of a request line; it is case-sensitive as HTTP is.
func ParseMethod(b []byte) Method {
	switch string(b) {
	case "GET":
		return MethodGet
	case "POST":
		return MethodPost
	case "HEAD":
		return MethodHead
	case "", "-":
		return MethodNone
	case "PUT":
		return MethodPut
	case "DELETE":
		return MethodDelete
	case "CONNECT":
		return MethodConnect
	case "OPTIONS":
		return MethodOptions
	case "TRACE":
		return MethodTrace
	case "PATCH":
		return MethodPatch
	}
	return MethodOther
}

// Protocol is the HTTP version between client and proxy.
type Protocol uint8

// The versions that proxies log.
const (
	ProtocolNone Protocol = iota
	ProtocolHTTP09
	ProtocolHTTP10
	ProtocolHTTP11
	ProtocolHTTP2
	ProtocolHTTP3
	ProtocolOther
	ProtocolCount
)

var protocolNames = []string{"none", "HTTP/0.9", "HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3", "other"}

func (p Protocol) String() string { return name(p, protocolNames) }

// ParseProtocol maps "HTTP/1.1", "HTTP/2", "HTTP/2.0", "h2", "http/3" and their like, in any case.
func ParseProtocol(b []byte) Protocol {
	if len(b) == 8 && b[0]|0x20 == 'h' && b[1]|0x20 == 't' && b[2]|0x20 == 't' && b[3]|0x20 == 'p' {
		switch string(b[4:]) {
		case "/1.1":
			return ProtocolHTTP11
		case "/2.0":
			return ProtocolHTTP2
		case "/1.0":
			return ProtocolHTTP10
		case "/3.0":
			return ProtocolHTTP3
		case "/0.9":
			return ProtocolHTTP09
		}
		return ProtocolOther
	}
	switch string(b) {
	case "HTTP/2", "http/2", "h2", "h2c", "HTTP2":
		return ProtocolHTTP2
	case "HTTP/3", "http/3", "h3", "HTTP3", "QUIC":
		return ProtocolHTTP3
	case "", "-":
		return ProtocolNone
	}
	return ProtocolOther
}

// Cache says how a cache before the origin answered.
type Cache uint8

// CacheUncached is a request for which no cache was asked (bypass, dynamic, pass); a miss was asked and had to be fetched.
const (
	CacheNone Cache = iota // not logged
	CacheHit
	CacheValidated
	CacheMiss
	CacheUncached
	CacheCount
)

var cacheNames = []string{"none", "hit", "validated", "miss", "uncached"}

func (c Cache) String() string { return name(c, cacheNames) }

// Action is what a security policy before the origin did with a request.
type Action uint8

// The outcomes of Cloud Armor and of other proxies' rules in one vocabulary.
const (
	ActionNone Action = iota // no policy spoke, or the format logs none
	ActionAllowed
	ActionDenied
	ActionThrottled  // refused because a rate limit was exceeded
	ActionBanned     // refused because of an earlier excess
	ActionChallenged // captcha or other challenge
	ActionRedirected
	ActionOther
	ActionCount
)

var actionNames = []string{"none", "allowed", "denied", "throttled", "banned", "challenged", "redirected", "other"}

func (a Action) String() string { return name(a, actionNames) }

// OriginError says why the proxy could not give the origin's answer. An answer with status 5xx that the origin itself sent is OriginErrorStatus.
type OriginError uint8

// The kinds that proxies tell apart.
const (
	OriginErrorNone OriginError = iota
	OriginErrorTimeout
	OriginErrorConnect      // could not connect
	OriginErrorNoBackend    // no healthy backend to pick
	OriginErrorClosed       // the backend closed the connection
	OriginErrorStatus       // the origin answered 5xx
	OriginErrorClientGone   // the client left before any response
	OriginErrorClientPartly // the client left in the middle of the response
	OriginErrorOther
	OriginErrorCount
)

var originErrorNames = []string{"none", "timeout", "connect", "no_backend", "closed", "status_5xx", "client_left", "client_left_midway", "other"}

func (o OriginError) String() string { return name(o, originErrorNames) }
