package loggen

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// browser is an agent string with what its network stack does. tls numbers the handshake's fingerprint.
type browser struct {
	agent    string
	tls      uint8
	protocol vocabulary.Protocol
}

const (
	webkit = " AppleWebKit/537.36 (KHTML, like Gecko) "
	h11    = vocabulary.ProtocolHTTP11
	h2     = vocabulary.ProtocolHTTP2
	h3     = vocabulary.ProtocolHTTP3
)

// browsers holds the common ones several times.
var browsers = []browser{
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/126.0.0.0 Safari/537.36", 0, h2},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/126.0.0.0 Safari/537.36", 0, h3},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/125.0.0.0 Safari/537.36", 0, h2},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", 1, h2},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/125.0.0.0 Safari/537.36 Edg/125.0.2535.92", 1, h3},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/124.0.0.0 Safari/537.36 OPR/110.0.0.0", 2, h2},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0", 3, h2},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:115.0) Gecko/20100101 Firefox/115.0", 3, h11},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" + webkit + "Chrome/126.0.0.0 Safari/537.36", 0, h2},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" + webkit + "Chrome/125.0.0.0 Safari/537.36", 0, h3},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15", 4, h2},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Safari/605.1.15", 4, h2},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0", 3, h2},
	{"Mozilla/5.0 (X11; Linux x86_64)" + webkit + "Chrome/126.0.0.0 Safari/537.36", 0, h2},
	{"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", 3, h2},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", 5, h2},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", 5, h3},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 16_7_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1", 5, h2},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1", 5, h2},
	{"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", 5, h2},
	{"Mozilla/5.0 (Linux; Android 10; K)" + webkit + "Chrome/126.0.0.0 Mobile Safari/537.36", 6, h2},
	{"Mozilla/5.0 (Linux; Android 10; K)" + webkit + "Chrome/126.0.0.0 Mobile Safari/537.36", 6, h3},
	{"Mozilla/5.0 (Linux; Android 10; K)" + webkit + "Chrome/125.0.0.0 Mobile Safari/537.36", 6, h2},
	{"Mozilla/5.0 (Linux; Android 10; K)" + webkit + "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36", 6, h2},
	{"Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0", 3, h2},
	{"Mozilla/5.0 (Linux; Android 13; SM-A536B; wv)" + webkit + "Version/4.0 Chrome/126.0.6478.71 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/468.0.0.47.80;]", 6, h2},
	{"Mozilla/5.0 (Windows NT 6.1; Win64; x64)" + webkit + "Chrome/109.0.0.0 Safari/537.36", 7, h11},
}

// apiAgents and toolAgents are libraries and command-line programs.
var apiAgents = []browser{
	{"okhttp/4.12.0", 8, h2},
	{"python-requests/2.31.0", 9, h11},
	{"Go-http-client/2.0", 10, h2},
	{"axios/1.7.2", 11, h11},
	{"Apache-HttpClient/5.2.1 (Java/21.0.1)", 12, h11},
	{"Dart/3.4 (dart:io)", 13, h11},
	{"RivertonApp/5.2.0 (iOS 17.5; build 5210) Alamofire/5.9.1", 5, h2},
}

var toolAgents = []browser{
	{"curl/8.5.0", 14, h2},
	{"Wget/1.21.4", 15, h11},
	{"python-requests/2.32.3", 9, h11},
	{"Mozilla/5.0 (compatible; Miniflux/2.1.3; +https://miniflux.app)", 10, h2},
	{"NetNewsWire (RSS Reader; https://netnewswire.com/)", 5, h2},
	{"", 9, h11},
}
