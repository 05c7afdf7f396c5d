package logentry

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/gaissmai/bart"
)

// clientFinder decides whose address a line's client is.
type clientFinder struct {
	trusted *bart.Lite // nil where no proxy is trusted
}

// newClientFinder takes prefixes, single addresses, and names of content delivery networks ("cloudflare"), which stand for the ranges
// that ship with the product.
func newClientFinder(proxies []string) (clientFinder, error) {
	var f clientFinder
	for _, p := range proxies {
		prefixes, err := Prefixes(strings.TrimSpace(p))
		if err != nil {
			return f, fmt.Errorf("trusted proxy %w", err)
		}
		if f.trusted == nil {
			f.trusted = new(bart.Lite)
		}
		for _, prefix := range prefixes {
			f.trusted.Insert(prefix.Masked())
		}
	}
	return f, nil
}

// Prefixes reads an address, a prefix, or the key of a network (see CDNKeys).
func Prefixes(text string) ([]netip.Prefix, error) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return []netip.Prefix{prefix}, nil
	}
	if addr, err := netip.ParseAddr(text); err == nil {
		addr = addr.Unmap().WithZone("")
		return []netip.Prefix{netip.PrefixFrom(addr, addr.BitLen())}, nil
	}
	if n, ok := cdnByName(text); ok {
		return n.prefixes, nil
	}
	return nil, fmt.Errorf("%q is no address, no prefix such as 10.0.0.0/8, and none of %s", text, strings.Join(CDNKeys(), ", "))
}

// set fills in Client and Peer. A line that names no address, but a host name, a socket or '-', does not log its client: who counts visitors must
// not take it for one without any.
func (f *clientFinder) set(e *Entry, r *raw) {
	f.find(e, r)
	if !e.Client.IsValid() {
		e.Logged &^= 1 << vocabulary.FieldClient
	}
}

// find decides on Client. A forwarded header is a claim that anybody can make, so it counts only where a trusted proxy connected.
// A format without the peer's address that has trusted proxies all the same comes from behind them by the operator's word.
func (f *clientFinder) find(e *Entry, r *raw) {
	peer, known := parseAddr(r.peer)
	e.Peer = peer
	// A field that repeats the peer vouches for nothing: no proxy that it knows of stands between.
	if client, ok := f.stated(r.client); ok && client != peer {
		e.Client, e.ClientTrusted = client, true
		return
	}
	forwarded := given(r.forwarded)
	switch {
	case len(forwarded) == 0:
		e.Client = peer
	case f.trusts(peer, known, r.peer):
		e.Client = f.rightmostUntrusted(forwarded)
		e.ClientTrusted = e.Client.IsValid()
	case len(r.peer) == 0: // a claim is no client
	default:
		e.Client = peer
	}
}

// stated reads the field that is always believed. A list in it is a forwarded header all the same: without trusted proxies nobody can tell who of
// them was the client.
func (f *clientFinder) stated(client []byte) (netip.Addr, bool) {
	if f.trusted != nil && bytes.IndexByte(client, ',') >= 0 {
		addr := f.rightmostUntrusted(client)
		return addr, addr.IsValid()
	}
	return parseAddr(client)
}

func (f *clientFinder) trusts(peer netip.Addr, known bool, raw []byte) bool {
	if f.trusted == nil {
		return false
	}
	if known {
		return f.trusted.Contains(peer)
	}
	return len(raw) == 0 || string(raw) == "unix:" // nginx behind a proxy on the same machine
}

// rightmostUntrusted reads X-Forwarded-For from the right, where trusted proxies added the addresses that connected to them, up to the
// first that is no trusted proxy. What stands left of that one was written by the client. The result is invalid where an entry is no
// address: a trusted proxy did not know its client, and a guess would blame somebody else.
func (f *clientFinder) rightmostUntrusted(list []byte) netip.Addr {
	var addr netip.Addr
	for more := true; more; {
		entry := list
		if i := bytes.LastIndexByte(list, ','); i >= 0 {
			entry, list = list[i+1:], list[:i]
		} else {
			more = false
		}
		var ok bool
		if addr, ok = parseAddr(bytes.TrimSpace(entry)); !ok || !f.trusted.Contains(addr) {
			return addr
		}
	}
	return addr
}
