package logentry

// raw holds the texts of one line that need the same work whatever the format: a host to normalise, a URL or request line to split, an
// address to find behind trusted proxies. The parser of a format fills it (everything else goes into the Entry at once), then
// Parser.finish turns it into the Entry's Host, Path, Query, Client, Peer, Referrer, UserAgent and InsertID. The slices point into
// the line or into scratch of the parser. An empty slice means that the line does not say; so does "-", which finish knows.
type raw struct {
	host    []byte // as logged: perhaps with port, in any case
	url     []byte // absolute ("https://host/path?query") or from the path on ("/path?query"); a host in it counts where host is empty
	path    []byte // without query; wins over url and request
	query   []byte // without '?'; wins over url and request
	request []byte // a request line: "GET /path?query HTTP/1.1"; its method and protocol count where the Entry has none yet

	// client is the visitor's address from a field that the provider or the operator vouches for: it makes Entry.ClientTrusted true.
	client    []byte
	peer      []byte // address of who connected to the proxy
	forwarded []byte // X-Forwarded-For as received; counts only where peer is a trusted proxy

	referrer []byte
	agent    []byte
	insertID []byte
}
